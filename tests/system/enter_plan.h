/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A service that runs, by the plan of launch_plan.h, and ways to run commands inside it. */

#include <stddef.h>
#include <sys/types.h>

#include "stack/enter.h"
#include "stack/launch.h"
#include "stack/member.h"

struct arena;
struct plan;

struct enter_stage {
	struct plan *plan;
	const char *script; /* what the service does; NULL: it sleeps */
	struct stack_launched launched;
	struct stack_member member;
};

/* Launch it, by a plan of its own or the one that is there, with a file `index` in @folder/page.
 * 0, or -1 after saying why. */
int enter_stage_begin(struct enter_stage *stage, struct arena *arena, const char *folder);
void enter_stage_end(struct enter_stage *stage);

/* What runs @command (argv) inside it. */
struct stack_enter enter_stage_enter(const struct enter_stage *stage, char *const *command);

/* Run `sh -c @script` inside it to its end, with this process' descriptors.  Its status, or 255
 * after saying on standard output why it did not run. */
int enter_here(const struct enter_stage *stage, const char *script, int kill_after);

/* The same in a child, with what it says in @output. */
int enter_script(const struct enter_stage *stage, const char *script, int kill_after, char *output,
	size_t size);

/* The same with any command (argv). */
int enter_command(const struct enter_stage *stage, char *const *command, int kill_after,
	char *output, size_t size);

/* A child with a command inside that stays, which runs when this returns. */
pid_t enter_staying(const struct enter_stage *stage);

/* How many processes are in the service's cgroup and below. */
size_t enter_stage_processes(const struct enter_stage *stage);

/* Within two seconds the service is alone in its cgroup, and runs; fails the test else, with @after
 * whom. */
void enter_stage_assert_alone(const struct enter_stage *stage, const char *after);
