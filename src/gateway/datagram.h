/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Datagrams that know where they were sent to: one socket hears what comes to any address of its
 * port, and answers from the one that was asked.
 *
 * What is sent to many (broadcast, multicast) is nobody's call, and is not heard.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

union gateway_address;

/* As long as a datagram can be. */
enum { GATEWAY_DATAGRAM = 65536 };

/* A socket at @address, which is @length long, in the namespace of the caller; @transparent: for
 * whatever address the namespace leads here, as gateway_listen().  -errno. */
int gateway_datagram_await(
	const union gateway_address *address, socklen_t length, bool transparent);

/* The next datagram of @fd, such a socket at port @port: @from whom, and @to which of its
 * addresses. Its length; -EBADMSG: one that is not to be heard; another negative errno. */
ssize_t gateway_datagram_hear(
	int fd, unsigned port, void *bytes, union gateway_address *from, union gateway_address *to);

/* Send by @fd, such a socket, to @to from its address @from.  0 or a negative errno. */
int gateway_datagram_answer(int fd, const void *bytes, size_t length,
	const union gateway_address *to, const union gateway_address *from);

/* The same by a connected socket. */
ssize_t gateway_datagram_take(int fd, void *bytes);
int gateway_datagram_pass(int fd, const void *bytes, size_t length);
