/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Answers about programs and their libraries, kept for the next launch: to find
 * them all costs more calls than to start them.  Each set of questions is a file
 * in a folder of root's, with the witnesses that tell whether it still holds.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct host;
struct host_question;
struct host_witnesses;

/* Is it a question that is kept here? */
bool host_asks_program(const struct host_question *question);

/* The answers to those of @questions that are about programs, into @host; false: not known. */
bool host_recall_programs(const char *folder, struct host *host,
	const struct host_question *questions, size_t count, struct arena *arena);

/* Keep what @host answers to @questions; a failure only means that it is looked for again. */
void host_remember_programs(const char *folder, const struct host *host,
	const struct host_question *questions, size_t count, const struct host_witnesses *witnesses,
	struct arena *arena);
