/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network_end.h"
#include "enforce/network_rules.h"
#include "enforce/network_space.h"
#include "plan/plan.h"
#include "plan/reach.h"
#include "stack/member.h"
#include "stack/reload_network.h"
#include "stack/state.h"

struct gone {
	const struct plan_reach *list;
	size_t count;
};

static struct gone find_gone(const struct reload_network *network)
{
	struct gone gone = {0};

	gone.list =
		plan_reaches_missing(network->before, network->after, network->arena, &gone.count);
	return gone;
}

/* Is anything followed that goes on by one of them?  The router follows what is no TCP, and who
 * asks its outlet. */
static bool follows(
	const struct plan *plan, const struct plan_service *service, const struct gone *gone)
{
	for (size_t i = 0; !service && i < gone->count; i++)
		if (gone->list[i].transport == PLAN_UDP || !gone->list[i].to)
			return true;
	return service && enforce_rules_follows(plan, service);
}

static bool concerns(const struct gone *gone, const char *service)
{
	for (size_t i = 0; i < gone->count; i++)
		if (text_equal(gone->list[i].from, service) ||
			text_equal(gone->list[i].to, service))
			return true;
	return false;
}

static int end_in(const struct reload_network *network, const struct plan_service *service,
	int space, const struct gone *gone, struct network_ended *ended, struct fault *why)
{
	const struct where where = network->after->where;
	const struct network_ends_asked asked = {
		network->before, network->after, service, network->router};
	const struct plan_service *is =
		service ? plan_service(network->after, service->name) : NULL;
	struct network_ends ends;
	int error = enforce_network_ends(&asked, network->arena, &ends, why);

	if (error || (ends.count == 0 && ended->count == 0) || space < 0)
		return error;
	scoped(visit) int home = enforce_network_visit(space, where, why);
	if (home < 0)
		return home;
	if (follows(network->after, is, gone) ||
		(service && follows(network->before, service, gone)))
		error = enforce_network_end_flows(&ends, ended, network->arena, where, why);
	return error ? error
		     : enforce_network_end_sockets(&ends, ended, network->arena, where, why);
}

int reload_network_may_end(const struct reload_network *network, struct fault *why)
{
	const struct network_ends none = {0};
	const struct gone gone = find_gone(network);
	struct network_ended ended = {0};
	bool any = follows(network->after, NULL, &gone);

	for (size_t i = 0; gone.count && !any && i < network->after->service_count; i++)
		any = follows(network->after, &network->after->services[i], &gone);
	scoped(fd) int router = any ? stack_state_router(network->state) : -1;
	if (router < 0)
		return 0;
	scoped(visit) int home = enforce_network_visit(router, network->after->where, why);
	return home < 0 ? home
			: enforce_network_end_flows(
				  &none, &ended, network->arena, network->after->where, why);
}

int reload_network_end(
	const struct reload_network *network, const struct stack_state *now, struct fault *why)
{
	const struct gone gone = find_gone(network);
	struct network_ended ended = {0};
	int error = 0;

	/* The router's last: what a name stood for, the tables of services know by their marks. */
	for (size_t i = 0; error == 0 && gone.count && i < now->service_count; i++) {
		const struct stack_member *member = &now->services[i];
		const struct plan_service *service = plan_service(network->before, member->name);
		scoped(fd) int space = service && concerns(&gone, member->name)
					       ? stack_member_network(member)
					       : -1;

		if (space >= 0)
			error = end_in(network, service, space, &gone, &ended, why);
	}
	if (error == 0 && gone.count)
		error = end_in(network, NULL, network->router, &gone, &ended, why);
	return error;
}
