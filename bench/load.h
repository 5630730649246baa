/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The least of four protocols: one request, again and again, on one connection. */

#include <stdbool.h>
#include <stddef.h>

enum { LOAD_BYTES = 64 * 1024 };

/* What came of one reply so far. */
struct load_reply {
	unsigned char bytes[LOAD_BYTES];
	size_t length;
};

struct load_protocol {
	const char *name;
	/* What is said first on a connection; its answer is as whole as one of a request.  NULL:
	 * nothing. */
	size_t (*greet)(unsigned char *bytes);
	/* A request for @what; returns its length. */
	size_t (*ask)(unsigned char *bytes, const char *what);
	/* Is the reply whole?  @good becomes false when it is a refusal. */
	bool (*whole)(const struct load_reply *reply, bool *good);
};

/* By its name, or NULL: http, redis, postgres, fastcgi. */
const struct load_protocol *load_protocol(const char *name);
