/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Addresses of the internet families as attempts are told them: a text and a port's. */

#include <netinet/in.h>
#include <sys/socket.h>

union drill_address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* @text, which names no host, and @port as an address of a socket; its size. */
unsigned drill_address(const char *text, const char *port, union drill_address *address);

/* Wait for a hundredth of a second, by a call that every service has: for its threads. */
void drill_nap(void);
