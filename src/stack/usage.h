/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a service uses of the machine.  From the files of its cgroup where the
 * controllers are there, else summed over its processes: then what has ended is
 * not in it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum stack_usage_from { STACK_USAGE_UNKNOWN, STACK_USAGE_CGROUP, STACK_USAGE_PROCESSES };

/* As JSON and people are told. */
extern const char *const stack_usage_words[3];

struct stack_usage {
	uint32_t processes; /* without its init */
	uint64_t cpu_milliseconds;
	enum stack_usage_from cpu_from;
	/* Of a cgroup without the part of its page cache that nobody asked for again; of
	 * processes their shares, what several map counts once. */
	uint64_t memory_bytes;
	enum stack_usage_from memory_from;
};

/* Read it for the cgroup @group (a descriptor), whose init is @init. */
void stack_usage_read(int group, pid_t init, struct stack_usage *usage);

/* The same for @service of @stack; all unknown when it has no cgroup. */
void stack_usage_of(const char *stack, const char *service, pid_t init, struct stack_usage *usage);
