/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Launches of a drill: a service's exact confinement, with the payload in the program's place. */

#include <stdbool.h>

struct drill_world;
struct fault;
struct plan_service;
struct stack_launched;

/* The cgroup, beside those of the services, of @service's launches by this drill; of the one that
 * is held for as long as its init is drilled. */
void drill_launch_group(const struct drill_world *world, const struct plan_service *service,
	bool held, char group[static 96]);

/* The payload with @words, of which the first is filled in by this and the last is NULL, without
 * the layers of world->without, in cgroup @group; @launched as of stack_launch(). */
int drill_launch(const struct drill_world *world, const struct plan_service *service,
	const char *group, const char **words, struct stack_launched *launched, struct fault *why);

/* One that only waits, for drills of the init around it, until it is released. */
int drill_hold(struct drill_world *world, const struct plan_service *service,
	struct stack_launched *launched, struct fault *why);
int drill_release(struct drill_world *world, const struct plan_service *service,
	struct stack_launched *launched, struct fault *why);
