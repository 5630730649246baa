/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A policy that is not on disk; policy_load() and what else the outside calls is in policy.h. */

#include <stddef.h>

struct arena;
struct policy;
struct policy_input;
struct policy_options;
struct report;

/*
 * policy_load() without a disk: the policy is the first of @inputs, and all
 * that it names is looked for among them.  For the fuzzer and tests.
 */
const struct policy *policy_load_memory(const struct policy_input *inputs, size_t count,
	struct policy_options *options, struct arena *arena, struct report *report);
