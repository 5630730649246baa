/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The resolver: a confined process of its own, in the router's network for services and in the
 * host's for upstream.  It has no capability, no file, and memory of fixed size; if it dies, names
 * are not answered, and what is open stays so for its time.
 */

#include <sys/types.h>

#include "enforce/own.h"

struct enforce_network_router;
struct fault;
struct gateway_resolver_config;
struct gateway_resolver_sockets;

/* The system calls of a resolver that serves. */
extern const struct enforce_own resolver_own;

/*
 * Fork it into the cgroup @cgroup (a directory descriptor; -1: the caller's) and let it serve by
 * @config at @sockets, which stay the caller's: another one can serve at them when this one leaves
 * (gateway/process.h), which finds what nobody has read yet.  Returns when it serves.  The caller
 * closes *@pidfd.
 */
int gateway_resolver_start(const struct gateway_resolver_config *config,
	const struct enforce_network_router *router, int cgroup,
	const struct gateway_resolver_sockets *sockets, pid_t *pid, int *pidfd, struct fault *why);

/* Confine the calling process as the resolver is, with a filter that answers with the errno
 * @refusal: gateway_resolver_start() and the drills inside it call this. */
int gateway_resolver_confine(const struct gateway_resolver_config *config,
	const struct enforce_network_router *router, unsigned refusal, struct fault *why);
