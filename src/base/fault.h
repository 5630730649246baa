/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One failure: what went wrong, where, and what to do instead.
 *
 * Functions that can fail take a `struct fault *` last.  Who detects the
 * failure records it with fault(); who passes it on returns the code.  It is
 * written only on failure and may be NULL.  Plain data without pointers into
 * memory of its own (except where.file), so that it can cross a pipe.
 */

#include <stddef.h>

#include "base/where.h"

/* What a failure means to the caller of the program: its exit status (man 1 bulkhead). */
enum fault_kind {
	FAULT_FAILED = 0,      /* an operation failed: exit 4 */
	FAULT_NO = 1,          /* the answer is no: exit 1 */
	FAULT_USAGE = 2,       /* wrong use or bad policy: exit 2 */
	FAULT_UNSUPPORTED = 3, /* this kernel or this version cannot: exit 3 */
	FAULT_NEEDS_ROOT = 5,  /* exit 5 */
};

enum { FAULT_SENTENCE = 512 }; /* room for any sentence */

struct fault {
	int code; /* negative errno */
	enum fault_kind kind;
	struct where where;
	char text[400]; /* lower case, no full stop, names the user's thing */
	char hint[300]; /* what to type, or empty */
};

/* Record a failure of kind FAULT_FAILED (text is cut to fit).  Returns @code. */
int fault(struct fault *why, int code, struct where where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same with another kind. */
int fault_of(struct fault *why, enum fault_kind kind, int code, struct where where,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * The failure as one sentence, with what the kernel said: "cannot open /srv: No such file".
 * In @room, which is returned; cut to fit.  Texts never name the errno themselves.
 */
const char *fault_sentence(const struct fault *why, char *room, size_t size);

/* Add a hint to a failure already recorded. */
void fault_hint(struct fault *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
