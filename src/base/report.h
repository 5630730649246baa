/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * All mistakes of one run, in the form of a good compiler:
 *
 *     web.yaml:14:12: error: unknown capability 'CAP_NET_BIND'
 *        14 |     capabilities: [CAP_NET_BIND]
 *           |                    ^~~~~~~~~~~~
 *     hint: did you mean CAP_NET_BIND_SERVICE?
 *
 * Checks add entries and go on.  Entries are kept in the order in which they
 * were added and written sorted by place.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/where.h"

struct arena;
struct fault;

enum report_level { REPORT_ERROR, REPORT_WARNING, REPORT_NOTE };

struct report_entry {
	enum report_level level;
	struct where where;
	unsigned width; /* bytes to underline; 0 and 1: a caret alone */
	const char *text;
	const char *hint;       /* NULL: none */
	struct where other;     /* a second place, when other_text is set */
	const char *other_text; /* "first given here" */
};

struct report;

/* A report that lives in @arena. */
struct report *report_new(struct arena *arena);

/* Remember the text of a file, so that its lines can be shown; both are borrowed. */
void report_source(struct report *report, const char *file, const char *text, size_t length);

/*
 * Add an entry.  The pointer is good until the next report_add(): use it at
 * once for report_hint() and report_other().
 */
struct report_entry *report_add(struct report *report, enum report_level level, struct where where,
	unsigned width, const char *format, ...) __attribute__((format(printf, 5, 6)));
void report_hint(struct report *report, struct report_entry *entry, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void report_other(struct report_entry *entry, struct where other, const char *text);

/* Add a fault as an error. */
void report_fault(struct report *report, const struct fault *why);

size_t report_count(const struct report *report, enum report_level level);
const struct report_entry *report_entries(const struct report *report, size_t *count);

/* Forget the entries, which have been written; the sources stay. */
void report_clear(struct report *report);

/* Write every entry to @out, by file in the order read, then line; in colour when @color. */
void report_write(const struct report *report, FILE *out, bool color);
