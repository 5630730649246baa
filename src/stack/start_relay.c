/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The processes between a stack and its host.  One that serves by another plan is succeeded: the
 * next listens beside it, and then it is told to leave, which takes as long as somebody uses it.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/connects.h"
#include "enforce/network.h"
#include "enforce/network_door.h"
#include "gateway/process.h"
#include "gateway/resolver_config.h"
#include "gateway/resolver_plan.h"
#include "gateway/resolver_process.h"
#include "gateway/turned_away.h"
#include "plan/plan.h"
#include "stack/launch.h"
#include "stack/member.h"
#include "stack/refused.h"
#include "stack/start.h"
#include "stack/turned_away.h"

enum { LONGEST_PROCESSES = 65536, KILL_MILLISECONDS = 2000, LEAVE_MILLISECONDS = 500 };

/* Translated to a port that nobody else has: the gateway holds it by now. */
int stack_start_door(const struct stack_start *start, struct fault *why)
{
	if (!start->plan->network.host_link || start->router_network < 0)
		return 0;
	return enforce_network_door(start->plan, start->router_network, why);
}

static const struct {
	const char *name;
	enum stack_member_kind kind;
} relays[] = {
	[GATEWAY_DOORS] = {"gateway", STACK_GATEWAY},
	[GATEWAY_OUTLET] = {"outlet", STACK_OUTLET},
	[GATEWAY_RESOLVER] = {"resolver", STACK_RESOLVER},
};

/* Do the same services ask for names?  What they were refused is kept by their order. */
static bool same_askers(const struct plan *left, const struct plan *right)
{
	for (size_t i = 0; i < left->service_count && i < right->service_count; i++)
		if (plan_asks_names(left, &left->services[i]) !=
			plan_asks_names(right, &right->services[i]))
			return false;
	return true;
}

/* A new pair by which it asks for openings: the old one's other end is gone.  The sockets that
 * services ask at are those of the one before, with what waits in them. */
static int connect_resolver(struct stack_start *start, const struct gateway_resolver_config *config,
	int ends[2], struct fault *why)
{
	int error = 0;

	if (!start->listens)
		error = gateway_resolver_sockets(
			config, start->router_network, &start->resolver, why);
	if (!error && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		error = fault(
			why, -errno, start->plan->where, "cannot make the resolver's channel");
	if (error && !start->listens)
		gateway_resolver_sockets_close(&start->resolver);
	start->listens = start->listens || !error;
	return error;
}

static int start_resolver(struct stack_start *start, const struct enforce_network_router *router,
	int cgroup, pid_t *pid, int *pidfd, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct gateway_resolver_config *config = gateway_resolver_plan(start->plan, arena);
	size_t size;
	int ends[2];

	if (start->asked && !same_askers(start->asked, start->plan))
		stack_refused_forget(start->folder);
	config->refusals = stack_refused_map(start->folder, start->plan, &size, why);
	int error = config->refusals ? enforce_hold_upstream(start->plan, cgroup, why) : -EIO;
	if (!error)
		error = connect_resolver(start, config, ends, why);
	if (!error) {
		start->resolver.launcher = ends[1];
		error = gateway_resolver_start(
			config, router, cgroup, &start->resolver, pid, pidfd, why);
		close(ends[1]);
		if (error)
			close(ends[0]);
	}
	/* Its child has it too. */
	if (config->refusals)
		munmap(config->refusals, size);
	if (error)
		return error;
	if (start->openings >= 0)
		close(start->openings);
	start->openings = ends[0];
	start->asked = start->plan;
	return 0;
}

static int start_part(struct stack_start *start, enum gateway_part part, int cgroup, pid_t *pid,
	int *pidfd, struct fault *why)
{
	const struct enforce_network_router router = {start->router_user, start->router_network};
	struct gateway_turned_away *turned;
	int error;

	if (part == GATEWAY_RESOLVER)
		return start_resolver(start, &router, cgroup, pid, pidfd, why);
	turned = stack_turned_away_map(start->folder, part, start->plan, why);
	if (!turned)
		return -EIO;
	error = gateway_start(part, start->plan, &router, turned, cgroup, pid, pidfd, why);
	/* Its child has it too. */
	munmap(turned, sizeof(*turned));
	return error;
}

/* Is @pid one that leaves, or @before? */
static bool is_kept(const struct stack_start *start, pid_t pid, const struct stack_member *before)
{
	bool kept = before && before->pid == pid;

	for (size_t i = 0; i < STACK_LEAVING && !kept; i++)
		kept = start->leaving[i].pid == pid && stack_member_alive(&start->leaving[i]);
	return kept;
}

/*
 * Who is in the cgroup and known to nobody was started by a launcher that died before it could
 * write that down, and is in the way.
 */
static int make_way(const struct stack_start *start, int cgroup, const struct stack_member *before,
	struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *text;
	int error = descriptor_read(cgroup, "cgroup.procs", LONGEST_PROCESSES, arena, &text);

	if (error < 0)
		return fault(why, error, start->plan->where, "cannot see who is in the cgroup");
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		const pid_t pid = atoi(line);
		scoped(fd) int stranger =
			pid > 0 && !is_kept(start, pid, before) ? pidfd_open(pid, 0) : -1;

		if (stranger >= 0) {
			struct pollfd end = {.fd = stranger, .events = POLLIN};

			pidfd_send_signal(stranger, SIGKILL, NULL, 0);
			poll(&end, 1, KILL_MILLISECONDS);
		}
		if (!strchr(line, '\n'))
			break;
	}
	return 0;
}

/* It ends with the last that it serves; a resolver, which has nothing to end, at once, or it is
 * ended: it has the sockets that services ask at.  Of too many the first is not waited for. */
static void see_off(
	struct stack_start *start, enum gateway_part part, const struct stack_member *before)
{
	struct stack_member *places = start->leaving;
	size_t i = 0;

	while (i < STACK_LEAVING && stack_member_alive(&places[i]))
		i++;
	if (i == STACK_LEAVING) {
		scoped(fd) int first = stack_member_open(&places[0]);

		if (first >= 0)
			pidfd_send_signal(first, SIGKILL, NULL, 0);
		memmove(places, places + 1, (STACK_LEAVING - 1) * sizeof(*places));
		i = STACK_LEAVING - 1;
	}
	scoped(fd) int process = stack_member_open(before);
	places[i] = *before;
	if (process < 0)
		return;
	pidfd_send_signal(process, GATEWAY_LEAVE, NULL, 0);
	struct pollfd end = {.fd = process, .events = POLLIN};
	if (part == GATEWAY_RESOLVER && poll(&end, 1, LEAVE_MILLISECONDS) <= 0)
		pidfd_send_signal(process, SIGKILL, NULL, 0);
}

bool stack_start_succeeds(const struct stack_start *start, const struct stack_member *member)
{
	return member->generation != start->generation && stack_member_alive(member);
}

/* It serves: describe it, and write it down. */
static int write_relay(const struct stack_start *start, enum gateway_part part, pid_t pid,
	struct stack_member *member, struct fault *why)
{
	const char *name = relays[part].name;
	char file[32];
	int error = stack_member_fill(member, relays[part].kind, name, pid, pid);

	member->generation = start->generation;
	if (error < 0)
		return fault(why, error, start->plan->where, "cannot tell the start time of the %s",
			name);
	snprintf(file, sizeof(file), "%s.json", name);
	return stack_member_write(start->folder, file, member, why);
}

int stack_start_relay(struct stack_start *start, enum gateway_part part,
	struct stack_member *member, int *pidfd, struct fault *why)
{
	const char *name = relays[part].name;
	const struct stack_member before = *member;
	const bool succeeds = stack_start_succeeds(start, member);
	pid_t pid;
	scoped(fd) int held = -1;
	scoped(fd) int cgroup = enforce_cgroup_open(start->plan->stack, name, why);
	int error = cgroup < 0 ? cgroup : make_way(start, cgroup, succeeds ? &before : NULL, why);

	if (error == 0)
		error = start_part(start, part, cgroup, &pid, &held, why);
	if (error < 0)
		return error;
	if (part == GATEWAY_DOORS)
		error = stack_start_door(start, why);
	/* Without its door one that took another's place relays, and `status` says so. */
	if (error < 0 && before.pid <= 0) {
		stack_kill(start->plan, name, NULL);
		return error;
	}
	error = write_relay(start, part, pid, member, why);
	/* Who is written down nowhere could not be found again: it alone does not stay. */
	if (error < 0) {
		pidfd_send_signal(held, SIGKILL, NULL, 0);
		return error;
	}
	*pidfd = take_fd(&held);
	if (succeeds)
		see_off(start, part, &before);
	return 0;
}
