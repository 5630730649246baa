/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Small clients and servers inside a network namespace, and the stack they play in. */

#include <stdbool.h>
#include <sys/types.h>

struct enforce_network_router;
struct plan;

/*
 * web (published at host ports 443 and 80) -> api:3000 -> db:5432; web -> db:53/udp;
 * db is asked at ports 5432 and 9187 whether it is well; worker has no network.
 */
extern const struct plan network_plan;
enum { WEB, API, DB, WORKER, SERVICES };

/* The router and the networks of that plan, closed by peer_networks_close(); 0, or not after a line
 * on standard error. */
int peer_networks(struct enforce_network_router *router, int networks[SERVICES]);
/* The same of another plan with these services. */
int peer_networks_of(
	const struct plan *plan, struct enforce_network_router *router, int networks[SERVICES]);
void peer_networks_close(const struct enforce_network_router *router, const int networks[SERVICES]);

/* A network namespace of our own that plays the host; false when this is not root. */
bool peer_host(void);

/* A server in @network (-1: here) that answers each client with the address and
 * port it sees and then repeats what it gets; returns its pid when it listens. */
pid_t peer_serve(int network, int type, const char *address, unsigned port);
void peer_stop(pid_t server);

/*
 * Connect from @network, from address @from (NULL: any; one that is not ours is
 * taken by IP_TRANSPARENT), to @to:@port.  Returns 0 when the server answered, with
 * its answer in @answer, or the errno; ETIMEDOUT after two seconds.
 */
int peer_ask(
	int network, int type, const char *from, const char *to, unsigned port, char answer[80]);

/* What /proc/@pid/status says of @key ("CapEff:"); empty when it says nothing. */
void peer_status(pid_t pid, const char *key, char value[64]);
