/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What else changes when a line goes: rules that keep their own origin and
 * depend on the line all the same.  Whatever is not in the table of
 * dependence.c is unrelated, and must stay as it is.
 */

#include <stdbool.h>

struct removal;
struct rule;
struct rules;

/* Does @lost, whose own line is still there, go or change because of the lines that went?  @names:
 * the rules that name services, and the stack. */
bool dependence_explains_loss(
	const struct removal *removal, const struct rules *names, const struct rule *lost);

/* Is @gained the changed form of a rule that depends on the lines that went? */
bool dependence_explains_gain(const struct removal *removal, const struct rule *gained);
