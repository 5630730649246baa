/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Plans of a network of any size, as the planner would make them, of which two services are looked
 * at: the first connects to the second by the plan's last edge.
 */

#include <stddef.h>
#include <stdint.h>

#include "plan/service.h"

struct arena;
struct plan;

enum { MANY_CLIENT, MANY_SERVER, MANY_OTHERS };

struct many {
	const char *stack;
	size_t services; /* three at least */
	size_t edges;
	size_t own; /* how many of them lead from the first service to the second */
	enum plan_transport transport;
};

/* Lives in @arena. */
struct plan *many_plan(const struct many *many, struct arena *arena);

/* The port of edge @number of the first service's own, from 0. */
uint32_t many_port(size_t number);
