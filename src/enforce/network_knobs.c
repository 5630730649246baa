/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_knobs.h"

#include "enforce/network_link.h"
#include "plan/plan.h"

/*
 * A new namespace takes the IPv4 values of the host, whatever they are, so all
 * that matters is written.  Link-local addresses are never made: there is
 * nobody to discover.
 */
#define COMMON                                                                                     \
	{"ipv4/conf/all/rp_filter", "1"}, {"ipv4/conf/default/rp_filter", "1"},                    \
		{"ipv4/conf/all/accept_redirects", "0"},                                           \
		{"ipv4/conf/default/accept_redirects", "0"},                                       \
		{"ipv4/conf/all/send_redirects", "0"}, {"ipv4/conf/default/send_redirects", "0"},  \
		{"ipv4/conf/all/accept_source_route", "0"},                                        \
		{"ipv4/conf/default/accept_source_route", "0"},                                    \
		{"ipv4/conf/all/route_localnet", "0"}, {"ipv4/conf/default/route_localnet", "0"},  \
		{"ipv6/conf/all/accept_redirects", "0"},                                           \
		{"ipv6/conf/default/accept_redirects", "0"}, {"ipv6/conf/all/accept_ra", "0"},     \
		{"ipv6/conf/default/accept_ra", "0"}, {"ipv6/conf/default/autoconf", "0"},         \
		{"ipv6/conf/default/accept_dad", "0"},                                             \
	{                                                                                          \
		"ipv6/conf/default/addr_gen_mode", "1"                                             \
	}

/* The gateway is not root and takes the ports of its clients, which may be low ones. */
const struct enforce_network_knob enforce_network_router_knobs[] = {
	{"ipv4/conf/all/forwarding", "1"},
	{"ipv4/conf/default/forwarding", "1"},
	{"ipv6/conf/all/forwarding", "1"},
	{"ipv6/conf/default/forwarding", "1"},
	COMMON,
	{"ipv4/ip_unprivileged_port_start", "0"},
	{"ipv4/ping_group_range", "1 0"},
};
const size_t enforce_network_router_knob_count =
	sizeof(enforce_network_router_knobs) / sizeof(enforce_network_router_knobs[0]);

/* Who is to listen on a low port needs no capability for it, which it would have to keep.  All
 * others are held by the kernel as well, since a service's network is the host's, where none of its
 * capabilities counts.  The first is for who listens there, the rest for who has a link. */
#define SERVICE(first_port)                                                                        \
	{"ipv4/ip_unprivileged_port_start", first_port}, {"ipv4/conf/all/forwarding", "0"},        \
		{"ipv4/conf/default/forwarding", "0"}, {"ipv6/conf/all/forwarding", "0"}, COMMON,  \
	{                                                                                          \
		"ipv4/ping_group_range", "1 0"                                                     \
	}

static const struct enforce_network_knob low_knobs[] = {SERVICE("0")};
static const struct enforce_network_knob high_knobs[] = {SERVICE("1024")};
enum { SERVICE_KNOBS = sizeof(high_knobs) / sizeof(high_knobs[0]) };

enum { FIRST_FREE_PORT = 1024 };

static bool listens_low(const struct plan_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport != PLAN_UNIX &&
			service->listens[i].first < FIRST_FREE_PORT)
			return true;
	return false;
}

/* In audit mode it listens wherever it would. */
static bool takes_low(const struct plan_service *service)
{
	return listens_low(service) || plan_audit(service, LAYER_NETWORK) ||
	       plan_audit(service, LAYER_LABELS);
}

/*
 * A loopback alone routes nothing and hears nobody, and a link comes from outside, to
 * none but who is planned with one.  What is not written is as the kernel makes it,
 * for each namespace anew; looking for a knob costs as much as the namespace.
 */
const struct enforce_network_knob *enforce_network_service_knobs(
	const struct plan_service *service, size_t *count)
{
	const bool low = takes_low(service);

	*count = service->linked ? SERVICE_KNOBS : low;
	return low ? low_knobs : high_knobs;
}

struct enforce_network_knob enforce_network_localnet(bool open)
{
	return (struct enforce_network_knob){
		"ipv4/conf/" NETWORK_SERVICE_LINK "/route_localnet", open ? "1" : "0"};
}
