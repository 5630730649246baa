/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The connection to the service, made in the client's name. */

#include <stdbool.h>
#include <stddef.h>

struct gateway_door;
union gateway_address;

/*
 * May a service be shown @client as its peer?  Not loopback, link-local or
 * multicast, which mean something else on the other side, and not an address of
 * the stack: then the router's own is used.
 */
bool gateway_address_kept(const struct gateway_door *door, const union gateway_address *client);

/* A socket that connects to instance @index of the service of @door, or a negative errno. */
int gateway_upstream(
	const struct gateway_door *door, size_t index, const union gateway_address *client);
