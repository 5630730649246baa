/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "enforce/landlock_abi.h"
#include "gateway/confine.h"
#include "gateway/resolver_config.h"
#include "gateway/resolver_process.h"

#define SOCKET(family, type)                                                                       \
	{                                                                                          \
		"socket", {{0, family}, {1, (type) | SOCK_NONBLOCK | SOCK_CLOEXEC}, {2, 0}}, 3     \
	}

/* No bind and no listen: nobody is answered but by the sockets that are there.  No mmap: all memory
 * is there. */
static const struct enforce_own_call calls[] = {
	{"accept4"},
	{"clock_gettime"},
	{"close"},
	{"connect"},
	{"epoll_ctl"},
	{"epoll_pwait"},
	{"epoll_wait"},
	{"exit"},
	{"exit_group"},
	{"getrandom"},
	{"read"},
	{"recvfrom"},
	{"rt_sigreturn"},
	{"sendto"},
	{"write"},
	SOCKET(AF_INET, SOCK_DGRAM),
	SOCKET(AF_INET, SOCK_STREAM),
	SOCKET(AF_INET6, SOCK_DGRAM),
	SOCKET(AF_INET6, SOCK_STREAM),
};

const struct enforce_own resolver_own = {
	.name = "resolver",
	.calls = calls,
	.call_count = sizeof(calls) / sizeof(calls[0]),
};

static int fail(const char *what, struct fault *why)
{
	return fault(why, -errno, (struct where){0}, "resolver: cannot %s", what);
}

static int allow_ports(int ruleset, const struct gateway_resolver_config *config)
{
	for (size_t i = 0; i < config->upstream_count; i++) {
		const struct landlock_port port = {
			CATALOG_LANDLOCK_CONNECT_TCP, gateway_port(&config->upstreams[i].address)};

		if (landlock_add(ruleset, LANDLOCK_PORT, &port) < 0)
			return -1;
	}
	return 0;
}

/* No file at all, and by TCP the ports of upstream alone (ABI 4); of UDP Landlock knows nothing. */
static int confine_files(const struct gateway_resolver_config *config, struct fault *why)
{
	int abi = landlock_abi();

	/* Where the plan found it, its absence now is a failure. */
	if (abi < 1)
		return config->landlock ? fail("ask for its Landlock version", why) : 0;
	const struct landlock_domain domain = {
		.handled_files = catalog_landlock_files((unsigned)abi),
		.handled_net = catalog_landlock_net((unsigned)abi),
		.scoped = catalog_landlock_scopes((unsigned)abi),
	};
	scoped(fd) int ruleset = landlock_create(&domain, (unsigned)abi);
	if (ruleset < 0)
		return fail("make its Landlock rules", why);
	if (domain.handled_net && allow_ports(ruleset, config) < 0)
		return fail("allow a port by Landlock", why);
	return landlock_enter(ruleset) < 0 ? fail("enter its Landlock domain", why) : 0;
}

int gateway_resolver_confine(const struct gateway_resolver_config *config,
	const struct enforce_network_router *router, unsigned refusal, struct fault *why)
{
	const struct gateway_confinement confinement = {.own = &resolver_own, .id = config->id};
	int error = gateway_confine_process(&confinement, router, why);

	if (!error)
		error = confine_files(config, why);
	return error ? error : enforce_own_filter(&resolver_own, refusal, why);
}
