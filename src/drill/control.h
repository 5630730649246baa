/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The control run: an attempt with nothing to stop it, as root of this host.
 * If it fails even so, its failure under confinement proves nothing and the
 * verdict is void.
 */

#include <stdbool.h>
#include <stddef.h>

#include "drill/need.h"

struct drill_answer;
struct drill_attempt;
struct drill_world;
struct fault;

/* The cache of struct drill_world; NULL when memory is short, and then nothing is remembered. */
struct drill_cache *drill_cache_new(void);
void drill_cache_free(struct drill_cache *cache);

int drill_control(const struct drill_world *world, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, struct drill_answer *answer, struct fault *why);

/*
 * Wait for the process behind @pidfd, whose output goes to @output, and conclude.
 * One that does not end in time is killed by its pidfd: no answer is DRILL_LOST.
 */
int drill_await(
	int pidfd, int output, const struct drill_attempt *attempt, struct drill_answer *answer);

/* What came of a process that makes one attempt after another. */
struct drill_end {
	char text[8192]; /* what it printed */
	size_t length;
	int status; /* as of a shell */
	bool late;  /* it did not end by itself */
};

int drill_await_end(int pidfd, int output, struct drill_end *end);

/* @attempt was the last that it made: its answer begins at @from in the text, if there is one. */
void drill_conclude_end(const struct drill_attempt *attempt, const struct drill_end *end,
	size_t from, struct drill_answer *answer);
