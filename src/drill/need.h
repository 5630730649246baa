/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What an attempt is told: the arguments that its need stands for, for one service. */

#include <stdbool.h>
#include <sys/types.h>

#include "base/where.h"
#include "drill/attempt.h"

struct drill_world;
struct plan_service;

/* How the control run is set up, so that the attempt can succeed there. */
enum drill_setting {
	DRILL_PLAIN,      /* on the host, in a mount namespace of its own */
	DRILL_FIRST,      /* in a pid namespace of its own, as second process */
	DRILL_EVERYWHERE, /* in a network namespace where every address is near */
	DRILL_HANDED,     /* with descriptors that no service may get */
};

struct drill_arguments {
	char first[256], second[256]; /* for the service */
	char control[256];            /* first of the control run */
	char outside[256];            /* first where the service has no view, if it is another */
	enum drill_setting setting;
	struct where where;  /* the policy line that the attempt goes against, if any */
	const char *lacking; /* why it has no meaning here; NULL: it has */
};

/* @stranger is the pid of drill_world_stranger(). */
void drill_need(const struct drill_world *world, const struct plan_service *service,
	const struct drill_attempt *attempt, pid_t stranger, struct drill_arguments *arguments);

/* The first of @arguments in the next launch: one without the service's view has the host's paths.
 */
const char *drill_first(const struct drill_world *world, const struct drill_arguments *arguments);
