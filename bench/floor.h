/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The floor: what a confined launch costs at least, whoever makes it.  Bare system calls, one table
 * of steps, no policy, no cleverness; each step can be left out, so that it can be priced.
 *
 * It is measured against and nothing else: it closes no hole that a step leaves open (/proc is
 * whole, the service is its own init, nobody counts its processes).
 */

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLOOR_MOST_PATHS = 64 };

/* What is read before the first launch: the lists of bench/common.list and the filter. */
struct floor_work {
	const char *binds[FLOOR_MOST_PATHS];
	const char *rules[FLOOR_MOST_PATHS];
	size_t bind_count, rule_count;
	struct sock_fprog filter;
};

struct floor_step {
	const char *name;
	uint64_t namespace; /* flag of clone3(2); 0: none */
	void (*run)(const struct floor_work *work);
	const char *needs; /* nothing without this step */
	bool left_out;
};

extern struct floor_step floor_steps[];
extern const size_t floor_step_count;

/* Leave out the step called @name and what needs it; false when there is none. */
bool floor_leave_out(const char *name);

/* Read the lists (lines "bind PATH" and "rule PATH", others are skipped) and the filter. */
void floor_read(struct floor_work *work, const char *list, const char *filter);

/*
 * Clone into the namespaces, take the steps and execute @command.  @ended, shared with the child,
 * is given the time after each step (NULL: nobody asks).  Returns the child's pid.
 */
int floor_launch(const struct floor_work *work, char **command, volatile double *ended);

/* Microseconds of the monotonic clock. */
double floor_now(void);

/* Say what failed, with its errno, and end. */
_Noreturn void floor_fail(const char *what);
