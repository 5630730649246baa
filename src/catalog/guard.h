/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Guards: conditions that hold for every grant of a call, whoever asks for it
 * and however (a group, a bare name in `syscalls`, a derived rule).
 */

#include "catalog/call.h"

enum catalog_guard_when {
	CATALOG_GUARD_ALWAYS,
	CATALOG_GUARD_WRITES,  /* the service writes files of the host */
	CATALOG_GUARD_NO_CODE, /* it may not make code: MDWE, where it is, says the same */
};

enum { CATALOG_ALTERNATIVES = 2, CATALOG_GUARD_CONDITIONS = 3 };

/* Each alternative holds when all its conditions do; one must hold. */
struct catalog_guard {
	const char *call;
	enum catalog_guard_when when;
	const char *sentence; /* what it refuses */
	unsigned alternative_count;
	struct {
		unsigned condition_count;
		struct catalog_condition conditions[CATALOG_GUARD_CONDITIONS];
	} alternatives[CATALOG_ALTERNATIVES];
};

/* The guard of @call in these circumstances, or NULL. */
const struct catalog_guard *catalog_guard(const char *call, bool writes, bool no_code);
const struct catalog_guard *catalog_guards(size_t *count);
