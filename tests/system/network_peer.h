/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Small clients and servers inside a network namespace. */

#include <stdbool.h>
#include <sys/types.h>

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
