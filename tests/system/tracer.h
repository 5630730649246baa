/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Let one system call of a traced launch fail, or write down which calls it makes. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The @count-th call @number, from 1, of the @process-th process, from 0: the launcher. */
struct tracer_point {
	unsigned process;
	long number;
	unsigned count;
};

struct tracer {
	struct tracer_point failing; /* number -1: none */
	int error;                   /* positive errno */
	bool failed;                 /* the point was met */
	bool hung;                   /* it had to be ended */
	bool executed;               /* a service's program ran */
	unsigned own;                /* our own process among them: init or gateway */
	char owns[8192];             /* how that one was confined when it ended */
	struct tracer_point *points; /* calls before the program ran, when not NULL */
	size_t point_count, room;
};

/*
 * Trace @child, which has asked for it and stopped, and all that it begets, to
 * the end of them all.  Calls count from the fork of its first child on, the
 * launcher, until a program runs in the one after @own, the service; those of
 * @own until its filter stands.
 */
void tracer_follow(struct tracer *tracer, pid_t child);
