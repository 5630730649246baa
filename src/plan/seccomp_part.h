/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The seccomp compiler is spread over some files; these are its joints. */

#include "plan/seccomp.h"
#include "plan/seccomp_emit.h"

struct fault;
struct plan_call;
struct plan_service;

/*
 * A plan may come from a file: is what the compiler relies on so?  The rules are
 * sorted, a refusal stands alone for its call, the call and its arguments exist.
 * 0, or -EINVAL with @why filled.
 */
int plan_seccomp_judge(const struct plan_service *service, struct fault *why);

/*
 * Go on at @holds when all conditions of @rule do, else at @fails.  @launch: the addresses
 * that a rule for the launch alone asks for.
 */
size_t plan_emit_rule(struct plan_emitter *emitter, const struct plan_call *rule,
	const struct plan_launch_addresses *launch, size_t holds, size_t fails);
