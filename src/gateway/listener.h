/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Listening sockets that are no way out.
 *
 * A process that was taken over still holds the sockets that it listens on, and
 * a listening socket can be disconnected and connected elsewhere, in the network
 * namespace that it was made in.  So each has a packet filter, locked for good
 * and inherited by accepted connections, that drops the answer to a connection of
 * its own (SYN with ACK): none is ever made.
 *
 * A successor listens before its predecessor leaves, so that no client is refused between them.
 * The kernel lets it where both belong to the same user (socket(7), SO_REUSEPORT), which is why
 * they are not root's: those of two stacks could share a port then (gateway/process.h).
 */

#include <stdbool.h>
#include <sys/socket.h>

union gateway_address;

/* Let @fd, of that family, have addresses that are not its namespace's.  0, or -1 with errno. */
int gateway_transparent(int fd, int family);

/* Listen at @address, which is @length long, in the namespace of the caller; @transparent: for
 * whoever is called at that port, if the namespace leads him here.  -errno. */
int gateway_listen(const union gateway_address *address, socklen_t length, bool transparent);
