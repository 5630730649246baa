/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Whom the gateway and the outlet have turned away (gateway/turned_away.h), in files of the run
 * folder (stack/refused_file.h). */

#include "gateway/gateway.h"

struct fault;
struct gateway_turned_away;
struct plan;
struct plan_traffic;

/* Map the file of @part, GATEWAY_DOORS or GATEWAY_OUTLET, in the run folder @folder; the caller
 * unmaps it.  NULL with @why. */
struct gateway_turned_away *stack_turned_away_map(
	int folder, enum gateway_part part, const struct plan *plan, struct fault *why);

/* Add to @traffic what stands in both; that of doors which @plan has no more is nobody's. */
void stack_turned_away_see(int folder, const struct plan *plan, struct plan_traffic *traffic);
