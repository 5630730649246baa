/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/gateway.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/answers.h"
#include "enforce/connects.h"
#include "enforce/network.h"
#include "gateway/door.h"
#include "gateway/outlet.h"
#include "gateway/part.h"
#include "gateway/process.h"
#include "gateway/serve.h"
#include "plan/plan.h"

/* What a gateway or an outlet lives by. */
struct life {
	enum gateway_part part;
	const struct plan *plan;
	const struct enforce_network_router *router;
	struct gateway_turned_away *turned;
	struct arena *arena;
	int asked; /* the map of those who have asked by datagrams; -1: there is no such door */
};

static int settle_descriptors(const struct life *life, const struct gateway_door *doors,
	size_t count, int status, struct fault *why)
{
	int *kept = arena_alloc(life->arena, (count + 4) * sizeof(*kept));
	size_t used = 0;

	kept[used++] = life->router->user;
	kept[used++] = life->router->network;
	kept[used++] = status;
	for (size_t i = 0; i < count; i++)
		kept[used++] = doors[i].listener;
	if (count && doors[0].outlet)
		kept[used++] = gateway_outlet_routes(doors[0].outlet);
	int error = gateway_process_keep(kept, used);
	return error ? gateway_fail(life->part, error, "settle its descriptors", why) : 0;
}

static int open_doors(
	const struct life *life, struct gateway_door **doors, size_t *count, struct fault *why)
{
	const struct plan_network *network = &life->plan->network;
	const bool out = life->part == GATEWAY_OUTLET;
	int error = gateway_process_own(out ? network->outlet_id : network->gateway_id);

	if (error)
		return gateway_fail(life->part, error, "make sockets of its own", why);
	error = out ? gateway_outlet_open(life->plan, life->router, life->arena, doors, count, why)
		    : gateway_doors_open(life->plan, life->asked, life->arena, doors, count, why);
	gateway_process_own(0);
	return error;
}

static void live(const void *what, int status, struct fault *why)
{
	const struct life *life = what;
	struct gateway_door *doors;
	size_t count;
	struct gateway_server *server = NULL;
	int error = open_doors(life, &doors, &count, why);

	if (!error)
		error = settle_descriptors(life, doors, count, status, why);
	if (!error)
		server = gateway_server(doors, count, life->turned, why);
	if (!server || gateway_confine(life->part, life->plan, life->router, EPERM, why))
		return;
	close(life->router->user);
	close(life->router->network);
	if (write(status, "", 1) == 1) {
		close(status);
		gateway_serve(server);
		_exit(0);
	}
}

static const char *const names[] = {
	[GATEWAY_DOORS] = "gateway",
	[GATEWAY_OUTLET] = "outlet",
};

/* By its cgroup, as far as it is in the host's network.  A predecessor that answers datagrams goes
 * on with the same map, until it leaves; and where one had such doors, what held it holds who has
 * none: by doors that are there no more nobody else could be reached. */
static int hold(
	enum gateway_part part, const struct plan *plan, int cgroup, int *asked, struct fault *why)
{
	if (part == GATEWAY_OUTLET)
		return enforce_hold_connects(plan, cgroup, why);
	*asked = cgroup < 0 ? -ENOENT : enforce_answers_of(cgroup);
	if (*asked < 0 && !plan_publishes_datagrams(plan))
		return 0;
	if (*asked < 0)
		*asked = enforce_answers_make();
	return *asked < 0 ? fault(why, *asked, plan->where,
				    "cannot note who asks the gateway by datagrams")
			  : enforce_hold_answers(plan, *asked, cgroup, why);
}

int gateway_start(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, struct gateway_turned_away *turned, int cgroup,
	pid_t *pid, int *pidfd, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	scoped(fd) int asked = -1;
	/* Before it is there. */
	int error = hold(part, plan, cgroup, &asked, why);
	const struct life life = {part, plan, router, turned, arena, asked};
	const struct gateway_process process = {names[part], plan->where, live, &life};

	*pid = -1;
	*pidfd = -1;
	return error ? error : gateway_process_start(&process, cgroup, pid, pidfd, why);
}
