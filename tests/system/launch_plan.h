/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A small plan built by hand and a way to run shell scripts under its confinement. */

#include <stddef.h>

struct arena;
struct plan;
struct plan_service;
struct stack_launch_options;

/*
 * What each such test begins with: @folder, a template of mkdtemp(3), with a
 * folder `page` in it.  0; or the exit status of the test: 77 after a line that
 * says why it is skipped, 1 when the folder cannot be made.
 */
int launch_begin(char *folder);

/* Remove the folder and all in it. */
void launch_end(const char *folder);

/* A stack of one service 'web': uid 33, /usr, /bin/sh, memory /tmp, /proc, a folder it may write
 * (@folder/data), one it may read (@folder/page), Landlock as the kernel has it. */
struct plan *launch_plan(struct arena *arena, const char *folder);
struct plan_service *launch_service(struct plan *plan);

/* What @word of `after-ready` ends when it is ready; one word after the other, by number. */
void launch_forbid(struct plan *plan, struct arena *arena, const char *word);

/* It says itself that it is ready: a socket of the init's, and the variable that names it. */
void launch_notify(struct plan *plan, struct arena *arena);

/* Options for a foreground launch in a network namespace of its own without links. */
struct stack_launch_options launch_options(void);

/*
 * Run `sh -c @script` as the service; its output goes to @output.  The exit
 * status of the service, 128 + signal, or -1 when the launch failed, with its
 * text in @output.
 */
int launch_script(const struct plan *plan, const struct stack_launch_options *options,
	const char *script, char *output, size_t size);
