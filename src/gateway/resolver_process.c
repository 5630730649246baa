/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_process.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/fault.h"
#include "enforce/network.h"
#include "gateway/process.h"
#include "gateway/resolver.h"
#include "gateway/resolver_serve.h"

/* What a resolver lives by. */
struct life {
	const struct gateway_resolver_config *config;
	const struct enforce_network_router *router;
	const struct gateway_resolver_sockets *sockets;
};

static int fail(int error, const char *what, struct fault *why)
{
	return fault(why, error, (struct where){0}, "resolver: cannot %s", what);
}

static int settle_descriptors(const struct life *life,
	const struct gateway_resolver_sockets *sockets, int status, struct fault *why)
{
	const int kept[] = {life->router->user, life->router->network, status, sockets->launcher,
		sockets->datagram[0], sockets->datagram[1], sockets->listener[0],
		sockets->listener[1]};
	int error = gateway_process_keep(kept, sizeof(kept) / sizeof(kept[0]));

	if (!error && fcntl(sockets->launcher, F_SETFL, O_NONBLOCK) < 0)
		error = -errno;
	return error ? fail(error, "settle its descriptors", why) : 0;
}

static void live(const void *what, int status, struct fault *why)
{
	const struct life *life = what;
	const struct gateway_resolver_sockets *sockets = life->sockets;
	struct gateway_resolver_server *server;
	struct gateway_resolver *resolver;
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
		fail(-EIO, "get random numbers", why);
		return;
	}
	if (settle_descriptors(life, sockets, status, why))
		return;
	resolver = gateway_resolver(life->config, seed, why);
	server = resolver ? gateway_resolver_server(resolver, life->config, sockets, why) : NULL;
	if (!server || gateway_resolver_confine(life->config, life->router, EPERM, why))
		return;
	close(life->router->user);
	close(life->router->network);
	if (write(status, "", 1) == 1) {
		close(status);
		gateway_resolver_serve(server);
		_exit(0);
	}
}

int gateway_resolver_start(const struct gateway_resolver_config *config,
	const struct enforce_network_router *router, int cgroup,
	const struct gateway_resolver_sockets *sockets, pid_t *pid, int *pidfd, struct fault *why)
{
	const struct life life = {config, router, sockets};
	const struct gateway_process process = {
		.name = resolver_own.name, .live = live, .what = &life};

	return gateway_process_start(&process, cgroup, pid, pidfd, why);
}
