/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Parts of gateway_confine(), and of gateway_resolver_confine(). */

#include <stdbool.h>
#include <stdint.h>

#include "enforce/own.h"
#include "gateway/gateway.h"

struct gateway_confinement {
	const struct enforce_own *own;
	bool inside;   /* in the router's network; else it stays in the host's */
	uint32_t id;   /* in the router's user namespace */
	uint64_t keep; /* capabilities, there */
};

/* Its view, network, identity, capabilities and limits. */
int gateway_confine_process(const struct gateway_confinement *confinement,
	const struct enforce_network_router *router, struct fault *why);

/* No file at all; TCP connections only to the services' published ports, or those of the host that
 * are declared (ABI 4). */
int gateway_landlock(enum gateway_part part, const struct plan *plan, struct fault *why);
