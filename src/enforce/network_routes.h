/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The routes of a service: to the services that it connects to and that connect
 * to it, and to the router when it publishes.  Shared by who sets and who checks.
 */

#include <stdbool.h>

struct plan;
struct plan_service;

/* Is @peer the other end of a network edge of @service? */
bool enforce_network_peers(const struct plan *plan, const struct plan_service *service,
	const struct plan_service *peer);
