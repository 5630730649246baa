/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/traffic.h"

const char *const plan_traffic_layer_names[PLAN_TRAFFIC_LAYERS] = {
	[PLAN_TRAFFIC_LABELS] = "labels",
	[PLAN_TRAFFIC_TABLE] = "own table",
	[PLAN_TRAFFIC_ROUTER] = "router",
	[PLAN_TRAFFIC_HOST] = "host table",
	[PLAN_TRAFFIC_RESOLVER] = "resolver",
	[PLAN_TRAFFIC_GATEWAY] = "gateway",
	[PLAN_TRAFFIC_OUTLET] = "outlet",
};
