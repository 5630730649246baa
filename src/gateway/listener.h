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
 */

#include <sys/socket.h>

union gateway_address;

/* @text is an address without brackets; returns its length as a socket address, 0: it is none. */
socklen_t gateway_address_set(union gateway_address *address, const char *text, unsigned port);

/* Listen at @address, which is @length long, in the namespace of the caller.  -errno. */
int gateway_listen(const union gateway_address *address, socklen_t length);
