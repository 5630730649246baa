/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network.h"
#include "enforce/network_budget.h"
#include "enforce/network_knobs.h"
#include "enforce/network_link.h"
#include "enforce/network_loopback.h"
#include "enforce/network_names.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules.h"
#include "enforce/network_service.h"
#include "enforce/network_shortcut.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"

enum { LINK_TRIES = 200, LINK_PAUSE = 5000000 };

static int load_table(
	const struct plan *plan, const struct plan_service *service, struct fault *why)
{
	scoped(memory) char *rules = enforce_network_rules_service(plan, service);

	if (!rules)
		return fault(why, -ENOMEM, service->where, "no memory for its rules");
	return enforce_nft_load(rules, "service's table", service->where, why);
}

static int bring_loopback_up(const struct plan_service *service, struct fault *why)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	scoped(fd) int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (any < 0 || ioctl(any, SIOCSIFFLAGS, &request) < 0)
		return fault(why, -errno, service->where, "cannot bring the loopback up");
	return 0;
}

/* Knobs, loopback and, when it can ever have a link, the table: before there is a link. */
static int make_space(const struct plan *plan, const struct plan_service *service, int *network,
	struct fault *why)
{
	size_t count;
	const struct enforce_network_knob *knobs = enforce_network_service_knobs(service, &count);
	scoped(visit) int home = enforce_network_space_visit(network, service->where, why);
	int error = home < 0 ? home : enforce_network_knobs(knobs, count, service->where, why);

	if (!error && service->linked)
		error = load_table(plan, service, why);
	return error ? error : bring_loopback_up(service, why);
}

struct enforce_network_route enforce_network_route_to(
	int family, int index, const struct plan_service *to, const struct plan_service *from)
{
	const bool wide = family == AF_INET6;

	return (struct enforce_network_route){.family = family,
		.to = !to    ? NULL
		      : wide ? to->address6
			     : to->address4,
		.index = index,
		.source = !from  ? NULL
			  : wide ? from->address6
				 : from->address4};
}

static int route_both(struct enforce_netlink *netlink, int index, const struct plan_service *to,
	const struct plan_service *from, struct fault *why)
{
	const struct enforce_network_route route4 =
		enforce_network_route_to(AF_INET, index, to, from);
	const struct enforce_network_route route6 =
		enforce_network_route_to(AF_INET6, index, to, from);
	int error = enforce_network_route(netlink, &route4, why);

	return error ? error : enforce_network_route(netlink, &route6, why);
}

/* To the router alone, which asks it, leads it out, and says when somebody is away. */
static int route_router(struct enforce_netlink *netlink, int index, const struct plan *plan,
	const struct plan_service *service, struct fault *why)
{
	const struct plan_service router = {
		.address4 = plan->network.router4, .address6 = plan->network.router6};

	return route_both(netlink, index, &router, service, why);
}

/* Its link may carry loopback addresses, where its table translates them.  For IPv6 there is no
 * knob: the kernel wants a route for ::1 by the link that it came by. */
static int open_loopback(struct enforce_netlink *netlink, int index, const struct plan *plan,
	const struct plan_service *service, struct fault *why)
{
	const struct enforce_network_route own = {.to = "::1",
		.family = AF_INET6,
		.index = index,
		.table = RT_TABLE_LOCAL,
		.local = true};
	const struct enforce_network_knob knob =
		enforce_network_localnet(enforce_network_loopback(plan, service, false));
	int error = enforce_network_knobs(&knob, 1, service->where, why);

	if (!error && enforce_network_loopback(plan, service, true))
		error = enforce_network_route(netlink, &own, why);
	return error;
}

/* Inside the service's namespace: addresses and the routes to its peers. */
static int fill_link(
	const struct plan *plan, const struct plan_service *service, int network, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	const bool *peers = enforce_network_all_peers(plan, service, arena);
	scoped(visit) int home = enforce_network_visit(network, service->where, why);
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = home < 0 ? home : enforce_netlink_open(&netlink, service->where, why);
	int index = error ? 0 : (int)if_nametoindex(NETWORK_SERVICE_LINK);

	if (!error)
		error = enforce_network_shape(&netlink, index, plan, service, why);
	if (!error)
		error = enforce_network_address(&netlink, index, service->address4, why);
	if (!error)
		error = enforce_network_address(&netlink, index, service->address6, why);
	if (!error)
		error = enforce_network_link_up(&netlink, index, why);
	for (size_t i = 0; !error && i < plan->service_count; i++)
		if (peers[i])
			error = route_both(&netlink, index, &plan->services[i], service, why);
	if (!error)
		error = service->default_route ? route_both(&netlink, index, NULL, service, why)
					       : route_router(&netlink, index, plan, service, why);
	if (!error)
		error = open_loopback(&netlink, index, plan, service, why);
	return error ? error : enforce_netlink_flush(&netlink, why);
}

int enforce_network_unlink(
	const struct plan_service *service, int router_network, struct fault *why)
{
	scoped(visit) int home = enforce_network_visit(router_network, service->where, why);
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = home < 0 ? home : enforce_netlink_open(&netlink, service->where, why);
	struct fault refused;

	char name[NETWORK_LINK_NAME];

	enforce_network_link_name(service->link, name);
	if (!error)
		error = enforce_network_link_away(&netlink, name, why);
	if (error)
		return error;
	error = enforce_netlink_flush(&netlink, &refused);
	if (error == -ENODEV)
		return 0;
	if (error && why)
		*why = refused;
	return error;
}

/* Links go some ten milliseconds after their namespace: wait for a predecessor's. */
static int make_pair(struct enforce_netlink *netlink, const struct plan_service *service,
	int network, struct fault *why)
{
	const struct timespec pause = {.tv_nsec = LINK_PAUSE};
	int error = -EEXIST;

	for (int i = 0; error == -EEXIST && i < LINK_TRIES; i++) {
		if (i)
			nanosleep(&pause, NULL);
		error = enforce_network_link_pair(
			netlink, service->link, NETWORK_SERVICE_LINK, network, why);
		if (!error)
			error = enforce_netlink_flush(netlink, why);
	}
	if (error == -EEXIST)
		return fault(why, error, service->where, "service '%s' already has a link",
			service->name);
	return error;
}

int enforce_network_join(const struct plan *plan, const struct plan_service *service,
	int router_network, int network, struct fault *why)
{
	scoped(visit) int home = enforce_network_visit(router_network, service->where, why);
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = home < 0 ? home : enforce_netlink_open(&netlink, service->where, why);
	const int index = enforce_network_link_index(service->link);

	if (!error)
		error = make_pair(&netlink, service, network, why);
	if (!error)
		error = fill_link(plan, service, network, why);
	if (error)
		return error;
	enforce_shortcut_attach(plan, service);
	error = enforce_network_shape(&netlink, index, plan, service, why);
	if (!error)
		error = enforce_network_link_up(&netlink, index, why);
	if (!error)
		error = route_both(&netlink, index, service, NULL, why);
	return error ? error : enforce_netlink_flush(&netlink, why);
}

int enforce_network_service(const struct plan *plan, const struct plan_service *service,
	int router_network, int *network, struct fault *why)
{
	scoped(fd) int made = -1;
	int error = make_space(plan, service, &made, why);

	if (!error && service->linked && router_network >= 0)
		error = enforce_network_join(plan, service, router_network, made, why);
	if (!error && plan_asks_names(plan, service) && router_network >= 0)
		error = enforce_network_copy_names(plan, service, router_network, made, why);
	if (error)
		return error;
	*network = take_fd(&made);
	return 0;
}
