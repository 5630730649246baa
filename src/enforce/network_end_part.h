/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of network_end*.c hand to each other: of what goes on in the namespace of the
 * caller, that of which @is says so ends. */

#include <stdbool.h>
#include <stdint.h>

#include "base/where.h"

struct arena;
struct fault;
struct inet_diag_msg;

/* One way of what is followed. */
struct network_flow_way {
	unsigned char from[16], to[16];
	uint32_t from_port, to_port;
	uint8_t protocol;
};

struct network_flow {
	int family;
	uint32_t mark;
	struct network_flow_way there, back; /* where one end is translated, `back` comes from where
						`there` really leads */
};

int enforce_network_end_flows_which(bool (*is)(const void *what, const struct network_flow *flow),
	const void *what, struct arena *arena, struct where where, struct fault *why);

/* TCP sockets. */
int enforce_network_end_sockets_which(
	bool (*is)(const void *what, const struct inet_diag_msg *socket), const void *what,
	struct arena *arena, struct where where, struct fault *why);
