/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network.h"
#include "enforce/network_knobs.h"
#include "enforce/network_link.h"
#include "enforce/network_rules.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"

enum { LOOPBACK = 1 };

/* Root of the router's user namespace, the gateway, the outlet and the resolver, which are nobody
 * else's ids. */
static int write_map(
	int process, const char *file, const struct plan_network *network, struct fault *why)
{
	char outlet[40] = "", resolver[40] = "";

	if (network->outlet_id)
		snprintf(outlet, sizeof(outlet), "%u %u 1\n", network->outlet_id,
			network->outlet_id);
	if (network->resolver_id)
		snprintf(resolver, sizeof(resolver), "%u %u 1\n", network->resolver_id,
			network->resolver_id);
	int error = descriptor_put(process, file, "0 %u 1\n%u %u 1\n%s%s", network->router_id,
		network->gateway_id, network->gateway_id, outlet, resolver);

	if (error)
		return fault(why, error, network->where, "cannot write the router's %s", file);
	return 0;
}

static int keep_spaces(pid_t child, const struct plan_network *network,
	struct enforce_network_router *router, struct fault *why)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", child);
	scoped(fd) int process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return fault(why, -errno, network->where, "cannot open %s", path);
	int error = write_map(process, "uid_map", network, why);
	if (!error)
		error = write_map(process, "gid_map", network, why);
	if (error)
		return error;
	router->user = openat(process, "ns/user", O_RDONLY | O_CLOEXEC);
	router->network = openat(process, "ns/net", O_RDONLY | O_CLOEXEC);
	if (router->user < 0 || router->network < 0)
		return fault(why, -errno, network->where, "cannot keep the router's namespaces");
	return 0;
}

/* A namespace needs somebody in it to be made; the descriptors keep it afterwards. */
static int make_spaces(const struct plan_network *network, struct enforce_network_router *router,
	struct fault *why)
{
	int gate[2], error;
	pid_t child;

	if (pipe2(gate, O_CLOEXEC) < 0)
		return fault(why, -errno, network->where, "cannot make a pipe");
	child = (pid_t)syscall(
		SYS_clone, CLONE_NEWUSER | CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		char byte;

		/* Until the caller is done, or dead. */
		close(gate[1]);
		_exit(read(gate[0], &byte, 1) != 0);
	}
	error = child < 0
			? fault(why, -errno, network->where, "cannot make the router's namespaces")
			: keep_spaces(child, network, router, why);
	close(gate[0]);
	close(gate[1]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return error;
}

/* A way for what has none: a packet without a route would meet no rule that says so to its sender.
 */
static int lead_nowhere(struct enforce_netlink *netlink, struct where where, struct fault *why)
{
	const int index = enforce_network_link_index(NETWORK_NOWHERE);
	const int families[] = {AF_INET, AF_INET6};
	scoped(fd) int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (here < 0)
		return fault(why, -errno, where, "cannot open the router's network namespace");
	int error = enforce_network_link_pair(
		netlink, NETWORK_NOWHERE, NETWORK_SERVICE_LINK, here, why);
	if (!error)
		error = enforce_network_link_up(netlink, index, why);
	for (size_t i = 0; !error && i < 2; i++) {
		const struct enforce_network_route all = {.family = families[i], .index = index};

		error = enforce_network_route(netlink, &all, why);
	}
	/* While its descriptor is open. */
	return error ? error : enforce_netlink_flush(netlink, why);
}

/* Loopback with the router's addresses, and the way of replies to the gateway's sockets. */
static int configure(const struct plan_network *network, struct fault *why)
{
	scoped(netlink) struct enforce_netlink netlink;
	int families[] = {AF_INET, AF_INET6};
	int error = enforce_netlink_open(&netlink, network->where, why);

	if (!error)
		error = enforce_network_link_up(&netlink, LOOPBACK, why);
	if (!error)
		error = enforce_network_address(&netlink, LOOPBACK, network->router4, why);
	if (!error)
		error = enforce_network_address(&netlink, LOOPBACK, network->router6, why);
	for (size_t i = 0; !error && i < 2; i++) {
		struct enforce_network_route all = {.family = families[i],
			.index = LOOPBACK,
			.table = NETWORK_TABLE,
			.local = true};

		error = enforce_network_rule(&netlink, families[i], why);
		if (!error)
			error = enforce_network_route(&netlink, &all, why);
	}
	return error ? error : lead_nowhere(&netlink, network->where, why);
}

/* Rules first: nothing is up before they hold. */
static int fill(const struct plan *plan, int network, struct fault *why)
{
	struct where where = plan->network.where;
	scoped(memory) char *rules = enforce_network_rules_router(plan);
	scoped(visit) int home = enforce_network_visit(network, where, why);
	int error;

	if (home < 0)
		return home;
	if (!rules)
		return fault(why, -ENOMEM, where, "no memory for the router's rules");
	error = enforce_network_knobs(
		enforce_network_router_knobs, enforce_network_router_knob_count, where, why);
	if (!error)
		error = enforce_nft_load(rules, "router's table", where, why);
	return error ? error : configure(&plan->network, why);
}

int enforce_network_router(
	const struct plan *plan, struct enforce_network_router *router, struct fault *why)
{
	int error;

	*router = (struct enforce_network_router){-1, -1};
	error = make_spaces(&plan->network, router, why);
	if (!error)
		error = fill(plan, router->network, why);
	if (error) {
		scoped_fd(&router->user);
		scoped_fd(&router->network);
		*router = (struct enforce_network_router){-1, -1};
	}
	return error;
}

int enforce_network_renew_router(const struct plan *plan, int network, struct fault *why)
{
	struct where where = plan->network.where;
	scoped(memory) char *rules = enforce_network_rules_router(plan), *text = NULL;
	scoped(visit) int home = enforce_network_visit(network, where, why);

	if (home < 0)
		return home;
	/* Added first, since there may be none to delete. */
	if (!rules || asprintf(&text, "add table inet bulkhead\ndelete table inet bulkhead\n%s",
			      rules) < 0)
		return fault(why, -ENOMEM, where, "no memory for the router's rules");
	int error = enforce_nft_load(text, "router's table", where, why);
	if (error || if_nametoindex(NETWORK_NOWHERE_LINK))
		return error;
	scoped(netlink) struct enforce_netlink netlink;
	error = enforce_netlink_open(&netlink, where, why);
	return error ? error : lead_nowhere(&netlink, where, why);
}
