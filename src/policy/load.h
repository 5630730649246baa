/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Files of a policy: how they are found, read and put together. */

#include <stddef.h>

struct arena;
struct policy;
struct policy_input;
struct policy_node;
struct policy_options;
struct policy_reading;
struct report;

/*
 * Read file @path, which @from asked for (NULL: the command line), check that it
 * says `bulkhead: 1`, and give its top map in @top.  0; -ENOENT without a
 * complaint; or another negative errno, or NULL in @top, after one.
 */
int policy_open(struct policy_reading *reading, const char *path, const struct policy_node *from,
	struct policy_node **top);

/* The bytes of a file that decides (policy, role, environment), remembered in policy->files. */
int policy_open_text(struct policy_reading *reading, const char *path,
	const struct policy_node *from, const char **text, size_t *length);

/*
 * policy_load() without a disk: the policy is the first of @inputs, and all
 * that it names is looked for among them.  For the fuzzer and tests.
 */
const struct policy *policy_load_memory(const struct policy_input *inputs, size_t count,
	struct policy_options *options, struct arena *arena, struct report *report);
