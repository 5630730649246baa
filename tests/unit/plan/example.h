/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A policy and all its roles as texts in memory, and plans made of them for a
 * host that a file describes: the same on every machine.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct host;
struct plan;
struct policy;
struct report;

enum { EXAMPLE_FILES = 16 };

struct example {
	const char *names[EXAMPLE_FILES]; /* as origins name them; the policy first */
	const char *texts[EXAMPLE_FILES];
	size_t count;
	const char *roles; /* the folder of the roles */
	struct host *host;
};

/* Read @policy, every role in @roles and @host, all named from the top of the source. */
void example_read(struct example *example, const char *policy, const char *roles, const char *host,
	struct arena *arena);

/* One more file, which the policy names. */
void example_add(struct example *example, const char *name, const char *text);

/* The index of the file called @name. */
size_t example_file(const struct example *example, const char *name);

/* The plan, as `up` would make it; NULL when @report holds an error. */
const struct plan *example_plan(
	const struct example *example, struct arena *arena, struct report *report);
const struct policy *example_policy(
	const struct example *example, struct arena *arena, struct report *report);
