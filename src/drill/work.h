/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The attempts of one service, made by a worker: in as few launches as they take. */

#include <stddef.h>
#include <sys/types.h>

#include "base/fault.h"
#include "drill/depth.h"
#include "drill/verdict.h"

struct drill_attempt;
struct drill_world;
struct plan_service;

/* What the worker and its parent share: the worker's descriptors 0 to 2 are the launches'. */
struct drill_shared {
	int code;
	struct fault why;
	struct {
		struct drill_verdict verdict;
		struct drill_depth depth;
	} rows[];
};

struct drill_task {
	const struct drill_attempt *attempt;
	const char *category;
};

struct drill_work {
	struct drill_world *world;
	const struct plan_service *service;
	struct drill_task *tasks;
	size_t count;
	pid_t stranger;
	int output; /* the end that is read */
	struct drill_shared *shared;
};

/* Make the tasks; what comes of them is in @work's rows.  The caller's descriptors 0 to 2 are the
 * launches'.  0, or a negative errno with @why. */
int drill_work_through(const struct drill_work *work, struct fault *why);
