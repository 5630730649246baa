/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What /proc/sys/net says in the router and in each service's namespace. */

#include <stdbool.h>
#include <stddef.h>

#include "enforce/network_space.h"

/* May the link of a service carry loopback addresses of IPv4? */
struct enforce_network_knob enforce_network_localnet(bool open);

extern const struct enforce_network_knob enforce_network_router_knobs[];
extern const size_t enforce_network_router_knob_count;

/* Those of a service's namespace that are not left as the kernel makes them. */
struct plan_service;
const struct enforce_network_knob *enforce_network_service_knobs(
	const struct plan_service *service, size_t *count);
