/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The seccomp compiler: rules of a plan to one classic BPF program.
 *
 * Other architectures and x32 are killed.  Numbers are merged to ranges that
 * answer alike, found by one binary search: at most 12 instructions on the way
 * to a plain allow, which never loads an argument, so that the kernel's bitmap
 * of constant allows holds it.  Argument checks come behind the search.  Known
 * calls answer EPERM, those above the catalog ENOSYS.  In audit mode known calls
 * are logged and let through, but for those that the plan keeps refused.
 *
 * For the architecture that this build runs on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct plan_service;
struct sock_filter;

/* The addresses that the launch's own execveat must carry. */
struct plan_launch_addresses {
	uint64_t path, arguments, environment;
};

struct plan_filter {
	struct sock_filter *instructions;
	size_t count; /* at most BPF_MAXINSNS */
};

/*
 * Compile @service's calls.  @launch patches the launch's exec (NULL: it is
 * refused like any other exec).  @refusal is the errno for known calls that are
 * not allowed: EPERM, or a number of the drill's own so that it can tell this
 * layer's answer from another's.
 */
int plan_seccomp(const struct plan_service *service, const struct plan_launch_addresses *launch,
	uint32_t refusal, struct arena *arena, struct plan_filter *filter, struct fault *why);

/*
 * The filter of what ends when @service is ready: its `endings` wait for the init's answer
 * (SECCOMP_RET_USER_NOTIF), everything else is let through, to be judged by the filter above.
 */
int plan_seccomp_endings(const struct plan_service *service, struct arena *arena,
	struct plan_filter *filter, struct fault *why);

/* What @filter returns (SECCOMP_RET_*) for a call: our own simulator of the kernel's machine. */
uint32_t plan_simulate(const struct plan_filter *filter, uint32_t arch, uint32_t number,
	const uint64_t arguments[6]);

/* The same, with the number of instructions executed, for bounds on the path length. */
uint32_t plan_simulate_steps(const struct plan_filter *filter, uint32_t arch, uint32_t number,
	const uint64_t arguments[6], size_t *steps);

/* The oracle: what the plan says about a call, read from the rules and nothing else. */
uint32_t plan_expect(const struct plan_service *service, const struct plan_launch_addresses *launch,
	uint32_t refusal, uint32_t arch, uint32_t number, const uint64_t arguments[6]);

/* The same of plan_seccomp_endings(). */
uint32_t plan_expect_endings(const struct plan_service *service, uint32_t arch, uint32_t number,
	const uint64_t arguments[6]);

/* How many of the x86-64 calls that Linux 6.18 implements @service is refused whatever the
 * arguments. */
size_t plan_refused_count(const struct plan_service *service);
