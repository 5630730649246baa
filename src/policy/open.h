/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Files that decide (policy, role, environment): opened, read, and remembered in policy->files. */

#include <stddef.h>

struct fault;
struct policy_node;
struct policy_reading;

/*
 * Read file @path, which @from asked for (NULL: the command line), check that it
 * says `bulkhead: 1`, and give its top map in @top.  0; -ENOENT without a
 * complaint; or another negative errno, or NULL in @top, after one.
 */
int policy_open(struct policy_reading *reading, const char *path, const struct policy_node *from,
	struct policy_node **top);

/*
 * The bytes of file @path, in the arena of the policy.  0; -ENOENT without a
 * complaint; or another negative errno after one.
 */
int policy_open_text(struct policy_reading *reading, const char *path,
	const struct policy_node *from, const char **text, size_t *length);

/* Complain, at @from or at the file itself, that @path is not read: @why. */
void policy_refuse_file(struct policy_reading *reading, const char *path,
	const struct policy_node *from, struct fault *why);
