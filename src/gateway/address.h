/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Addresses of both families, as sockets have them. */

#include <sys/socket.h>

union gateway_address {
	struct sockaddr any;
	struct sockaddr_storage storage;
};

/* @text is an address without brackets; returns its length as a socket address, 0: it is none. */
socklen_t gateway_address_set(union gateway_address *address, const char *text, unsigned port);

/* Its port, as a number. */
unsigned gateway_port(const union gateway_address *address);

/* Its 4 or 16 bytes, as they travel. */
const unsigned char *gateway_address_bytes(const union gateway_address *address);
