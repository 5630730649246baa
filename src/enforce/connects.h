/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Connections of a stack's own processes in the host's network, where no table of ours is: their
 * cgroup refuses all but what the plan lets them reach.  This needs no Landlock, and nothing that
 * they can do takes it away.
 */

#include <stdbool.h>
#include <sys/types.h>

struct fault;
struct plan;

/* Hold cgroup @group (a directory descriptor) of the outlet to the host edges of @plan and the
 * addresses outside. */
int enforce_hold_connects(const struct plan *plan, int group, struct fault *why);

/* The same of the resolver, to its name servers. */
int enforce_hold_upstream(const struct plan *plan, int group, struct fault *why);

/* The same of the gateway, which awaits datagrams there: to the services that publish, and to those
 * who have asked by its doors, whom @map knows (enforce/answers.h). */
int enforce_hold_answers(const struct plan *plan, int map, int group, struct fault *why);

/* Does the cgroup of outlet, resolver or gateway @process run the planned programs? */
bool enforce_connects_held(const struct plan *plan, pid_t process);
bool enforce_upstream_held(const struct plan *plan, pid_t process);
bool enforce_answers_held(const struct plan *plan, pid_t process);
