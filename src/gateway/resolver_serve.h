/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The resolver's loop: clients by UDP and TCP, upstream, the launcher.
 *
 * Its clients' sockets are made in the router's network before the process is confined, those to
 * upstream one for each question, in the network that it is in: so every question has a port of
 * its own, of the kernel's choice, and only the server's own packets come to it.
 */

struct fault;
struct gateway_resolver;
struct gateway_resolver_config;
struct gateway_resolver_server;

/* By their family: [0] IPv4, [1] IPv6; -1: none. */
struct gateway_resolver_sockets {
	int datagram[2], listener[2];
	int launcher; /* where openings are asked for (gateway/opening.h) */
};

/* Open the clients' sockets in @network (-1: here).  What is open is the caller's to close, also
 * when it fails; the launcher's is left alone. */
int gateway_resolver_sockets(const struct gateway_resolver_config *config, int network,
	struct gateway_resolver_sockets *sockets, struct fault *why);
void gateway_resolver_sockets_close(const struct gateway_resolver_sockets *sockets);

/* Lives until the process ends. */
struct gateway_resolver_server *gateway_resolver_server(struct gateway_resolver *resolver,
	const struct gateway_resolver_config *config,
	const struct gateway_resolver_sockets *sockets, struct fault *why);

/* Serve until the process is told to end, or to leave (gateway/process.h): then whoever waits hears
 * that he should ask again. */
void gateway_resolver_serve(struct gateway_resolver_server *server);
