/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What /proc/sys/net says in the router and in each service's namespace. */

#include <stddef.h>

#include "enforce/network_space.h"

extern const struct enforce_network_knob enforce_network_router_knobs[];
extern const size_t enforce_network_router_knob_count;
extern const struct enforce_network_knob enforce_network_service_knobs[];
extern const size_t enforce_network_service_knob_count;
