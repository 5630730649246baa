/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * ${name} in values: put in from `vars`, before a value is given its type.
 *
 * $${ stands for a literal ${.  ${secret:NAME} is not a variable: it stays in the
 * text, and only where the caller allows it (a service's own environment).
 */

#include <stdbool.h>

struct policy_node;
struct policy_reading;

/* Take in `vars`.  Their values may use variables given above them. */
void policy_read_variables(
	struct policy_reading *reading, const struct policy_node *node, void *nothing);

/* The text of word @node, in the policy's arena; NULL after a mistake. */
const char *policy_expand(
	struct policy_reading *reading, const struct policy_node *node, bool secrets);

/* The same of any value, which must be a word, and without secrets; NULL after a mistake. */
const char *policy_any_text(struct policy_reading *reading, const struct policy_node *node);
