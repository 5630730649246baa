/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_change.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network.h"
#include "enforce/network_budget.h"
#include "enforce/network_knobs.h"
#include "enforce/network_loopback.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules.h"
#include "enforce/network_service.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"

/* One end of the link, where the caller is. */
struct link_end {
	struct enforce_netlink netlink;
	int index;
};

static void scoped_end(struct link_end *end)
{
	enforce_netlink_close(&end->netlink);
}

static int open_end(struct link_end *end, const char *name, const struct plan_service *service,
	struct fault *why)
{
	int error = enforce_netlink_open(&end->netlink, service->where, why);

	end->index = (int)if_nametoindex(name);
	if (error == 0 && end->index == 0)
		error = fault(
			why, -ENODEV, service->where, "the link of '%s' is gone", service->name);
	return error;
}

/* To @to (NULL: everything), or no more.  A route that is there, or gone, already is as good. */
static int change_route(struct link_end *end, const struct plan_service *to,
	const struct plan_service *from, bool away, struct fault *why)
{
	const int families[] = {AF_INET, AF_INET6};
	int error = 0;

	for (size_t i = 0; error == 0 && i < 2; i++) {
		struct enforce_network_route route =
			enforce_network_route_to(families[i], end->index, to, from);

		route.replace = true;
		error = away ? enforce_network_route_away(&end->netlink, &route, why)
			     : enforce_network_route(&end->netlink, &route, why);
		if (error == 0)
			error = enforce_netlink_flush(&end->netlink, why);
		if (away && (error == -ESRCH || error == -ENOENT))
			error = 0;
	}
	return error;
}

/* Those that @of has and @in has not, to be laid down or (@away) taken away. */
static int change_routes(struct link_end *end, const struct enforce_network_change *change,
	bool away, struct fault *why)
{
	const struct plan *of = away ? change->before : change->after;
	const struct plan *in = away ? change->after : change->before;
	const struct plan_service *own = away ? change->was : change->is;
	const struct plan_service *other = away ? change->is : change->was;
	const struct plan_service router = {
		.address4 = of->network.router4, .address6 = of->network.router6};
	int error = 0;

	for (size_t i = 0; error == 0 && i < of->service_count; i++) {
		const struct plan_service *peer = &of->services[i];
		const struct plan_service *same = plan_service(in, peer->name);

		/* Of the plan's own, as its peers are. */
		const bool has = enforce_network_peers(of, plan_service(of, own->name), peer);
		const bool also =
			same && enforce_network_peers(in, plan_service(in, own->name), same);

		if (!has || (also && (away || !change->unsure)))
			continue;
		error = change_route(end, peer, own, away, why);
	}
	if (error || (own->default_route == other->default_route && (away || !change->unsure)))
		return error;
	return change_route(end, own->default_route ? NULL : &router, own, away, why);
}

/* May the link carry loopback addresses?  By both plans, until what is gone is taken away. */
static int open_loopback(
	struct link_end *end, const struct enforce_network_change *change, struct fault *why)
{
	const struct enforce_network_route own = {.to = "::1",
		.family = AF_INET6,
		.index = end->index,
		.table = RT_TABLE_LOCAL,
		.local = true,
		.replace = true};
	const struct enforce_network_knob knob = enforce_network_localnet(true);
	int error = 0;

	if (enforce_network_loopback(change->after, change->is, false))
		error = enforce_network_knobs(&knob, 1, change->is->where, why);
	if (error == 0 && enforce_network_loopback(change->after, change->is, true))
		error = enforce_network_route(&end->netlink, &own, why);
	return error ? error : enforce_netlink_flush(&end->netlink, why);
}

static int close_loopback(
	struct link_end *end, const struct enforce_network_change *change, struct fault *why)
{
	const struct enforce_network_route own = {.to = "::1",
		.family = AF_INET6,
		.index = end->index,
		.table = RT_TABLE_LOCAL,
		.local = true};
	const struct enforce_network_knob knob = enforce_network_localnet(false);
	int error = 0;

	if (!enforce_network_loopback(change->after, change->is, false))
		error = enforce_network_knobs(&knob, 1, change->is->where, why);
	if (error || enforce_network_loopback(change->after, change->is, true) ||
		!enforce_network_loopback(change->before, change->was, true))
		return error;
	error = enforce_network_route_away(&end->netlink, &own, why);
	if (error == 0)
		error = enforce_netlink_flush(&end->netlink, why);
	return error == -ESRCH || error == -ENOENT ? 0 : error;
}

static int shape(struct link_end *end, const struct enforce_network_change *change, bool less,
	struct fault *why)
{
	const struct network_shapes was = {change->before, change->was};
	const struct network_shapes is = {change->after, change->is};

	return less ? enforce_network_shape_less(&end->netlink, end->index, &was, &is, why)
		    : enforce_network_shape_more(&end->netlink, end->index, &was, &is, why);
}

static int change_service_end(
	const struct enforce_network_change *change, bool less, struct fault *why)
{
	scoped(visit) int home = enforce_network_visit(change->network, change->is->where, why);
	scoped(end) struct link_end end = {0};
	int error = home < 0 ? home : open_end(&end, NETWORK_SERVICE_LINK, change->is, why);

	if (error == 0)
		error = change_routes(&end, change, less, why);
	if (error == 0)
		error = less ? close_loopback(&end, change, why) : open_loopback(&end, change, why);
	return error ? error : shape(&end, change, less, why);
}

static int change_router_end(
	const struct enforce_network_change *change, bool less, struct fault *why)
{
	scoped(visit) int home = enforce_network_visit(change->router, change->is->where, why);
	scoped(end) struct link_end end = {0};
	char name[NETWORK_LINK_NAME];

	enforce_network_link_name(change->is->link, name);
	int error = home < 0 ? home : open_end(&end, name, change->is, why);
	return error ? error : shape(&end, change, less, why);
}

/* Its table first: nothing is up before it holds. */
static int make_link(const struct enforce_network_change *change, struct fault *why)
{
	const struct plan_service *service = change->is;
	scoped(memory) char *rules = enforce_network_rules_service(change->after, service);
	scoped(memory) char *text = NULL;
	int error;

	if (!rules || asprintf(&text, "add table inet bulkhead\ndelete table inet bulkhead\n%s",
			      rules) < 0)
		return fault(why, -ENOMEM, service->where, "no memory for its rules");
	{
		scoped(visit) int home =
			enforce_network_visit(change->network, service->where, why);
		size_t count;
		const struct enforce_network_knob *knobs =
			enforce_network_service_knobs(service, &count);

		error = home < 0 ? home : enforce_network_knobs(knobs, count, service->where, why);
		if (error == 0)
			error = enforce_nft_load(text, "service's table", service->where, why);
	}
	if (error == 0)
		error = enforce_network_unlink(service, change->router, why);
	return error ? error
		     : enforce_network_join(
			       change->after, service, change->router, change->network, why);
}

static bool has_link(const struct enforce_network_change *change)
{
	scoped(visit) int home = enforce_network_visit(change->network, change->is->where, NULL);

	return home >= 0 && if_nametoindex(NETWORK_SERVICE_LINK) != 0;
}

int enforce_network_change_lay(const struct enforce_network_change *change, struct fault *why)
{
	if (!change->is->linked || change->router < 0)
		return 0;
	if (!has_link(change))
		return make_link(change, why);
	int error = change_service_end(change, false, why);
	return error ? error : change_router_end(change, false, why);
}

int enforce_network_change_trim(const struct enforce_network_change *change, struct fault *why)
{
	if (!change->was->linked || change->router < 0)
		return 0;
	if (!change->is->linked)
		return enforce_network_unlink(change->was, change->router, why);
	int error = change_service_end(change, true, why);
	return error ? error : change_router_end(change, true, why);
}
