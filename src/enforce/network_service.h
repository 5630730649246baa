/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What making a service's network and changing it have in common. */

#include "enforce/network_link.h"

struct fault;
struct plan;
struct plan_service;

/* To an address of @to (NULL: everything) by @index, preferably as @from (NULL: whoever). */
struct enforce_network_route enforce_network_route_to(
	int family, int index, const struct plan_service *to, const struct plan_service *from);

/* Make the link of @service between its namespace and the router's, with all that is at both ends
 * of it. */
int enforce_network_join(const struct plan *plan, const struct plan_service *service,
	int router_network, int network, struct fault *why);
