/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* All edges of a plan as one kind of thing, sorted, so that those of two plans can be told apart.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/service.h"

struct arena;
struct plan;
struct plan_budget;

struct plan_reach {
	const char *from, *to; /* services; `to` NULL: it leaves the stack */
	const char *range;     /* then: addresses outside; NULL: this machine's loopback */
	bool named, tls;       /* `range` is a name, or names; which a client has to say */
	enum plan_transport transport;
	uint32_t port, last; /* `last`: of several, outside */
	const char *path;    /* unix */
	const char *at;      /* as of struct plan_edge */
	uint32_t at_port;
	const struct plan_budget *budget; /* or NULL */
	struct where where;
};

/* Those of @plan, in @arena; sorted by who reaches whom, by what protocol and where. */
struct plan_reach *plan_reaches(const struct plan *plan, struct arena *arena, size_t *count);

/* As they are sorted: 0 when they are the same edge, whatever a line says of it besides. */
int plan_reach_compare(const void *left, const void *right);

/* Those of @of that @in has not. */
struct plan_reach *plan_reaches_missing(
	const struct plan *of, const struct plan *in, struct arena *arena, size_t *count);

/* "db:5432", "dns:53/udp", "php:unix:/run/php/shop.sock", "host:25", "10.0.0.0/8:443": as
 * `connects` says it. */
const char *plan_reach_text(const struct plan_reach *reach, struct arena *arena);
