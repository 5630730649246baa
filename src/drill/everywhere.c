/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/everywhere.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "drill/echo.h"
#include "drill/range.h"
#include "drill/world.h"
#include "enforce/netlink.h"
#include "enforce/network_link.h"
#include "plan/plan.h"

enum { LOOPBACK = 1, LOCAL_TABLE = 255 };

int drill_everywhere(struct fault *why)
{
	struct where nowhere = {0};
	struct enforce_netlink netlink;

	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	int error = enforce_netlink_open(&netlink, nowhere, why);
	if (error)
		return error;
	error = enforce_network_link_up(&netlink, LOOPBACK, why);
	for (int i = 0; i < 2 && !error; i++) {
		struct enforce_network_route route = {.family = i ? AF_INET6 : AF_INET,
			.index = LOOPBACK,
			.table = LOCAL_TABLE,
			.local = true};
		error = enforce_network_route(&netlink, &route, why);
	}
	if (!error)
		error = enforce_netlink_flush(&netlink, why);
	enforce_netlink_close(&netlink);
	return error;
}

/* The drill's own first: of a large stack not all the others have room. */
static void add_all(const struct drill_world *world, struct drill_echo *echo)
{
	static const unsigned internet[] = {53, 80, 443, 853};
	uint16_t ports[DRILL_RANGE];
	const struct plan *plan = world->plan;

	drill_echo_port(echo, world->near_port);
	drill_echo_port(echo, world->host_port);
	for (size_t i = 0; i < sizeof(internet) / sizeof(internet[0]); i++)
		drill_echo_port(echo, internet[i]);
	for (size_t i = 0; i < drill_sample_count; i++)
		drill_echo_port(echo, drill_samples[i]);
	for (size_t i = 0; i < world->options->other_count; i++)
		if (world->options->others[i].port)
			drill_echo_port(echo, world->options->others[i].port);
	for (size_t i = 0; i < plan->host_edge_count; i++)
		drill_echo_port(echo, plan->host_edges[i].port);
	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].listen_count; j++) {
			size_t count = drill_range(&plan->services[i].listens[j], ports);

			for (size_t k = 0; k < count; k++)
				drill_echo_port(echo, ports[k]);
		}
}

int drill_everywhere_open(struct drill_world *world, struct fault *why)
{
	struct drill_echo host = {.network = -1, .groups = true, .abstract = world->name};
	struct drill_echo near = {.network = -1};
	char name[80];
	struct where where = world->plan->where;
	scoped(fd) int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return fault(why, -errno, where, "cannot open /proc/self/ns/net");
	snprintf(name, sizeof(name), "%s-near", world->name);
	near.abstract = name;
	add_all(world, &host);
	int error = drill_everywhere(why);
	if (!error)
		error = drill_world_echo(world, &host, why);
	if (!error)
		error = drill_world_echo(world, &near, why);
	world->everywhere = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (!error && world->everywhere < 0)
		error = -errno;
	if (setns(home, CLONE_NEWNET) < 0)
		return fault(why, -errno, where, "cannot come back to the drill's network");
	return error && why && why->code == 0
		       ? fault(why, error, where, "cannot make a network for the drill")
		       : error;
}
