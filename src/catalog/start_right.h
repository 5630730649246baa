/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a service may lose once it is ready (`after-ready: {forbid: […]}`): each
 * word as system calls, with what stays possible all the same.
 *
 * Only numbers and flags are looked at, never what lies in memory: the caller
 * could change that after it was read.
 */

#include "catalog/call.h"

struct catalog_start_right {
	const char *name;     /* "connect-new" */
	const char *sentence; /* what is refused once the service is ready */
	const char *remains;  /* what is still possible */
	const struct catalog_grant *calls;
	size_t call_count;
	bool code; /* and its view gets no new code: noexec on every mount */
};

const struct catalog_start_right *catalog_start_right(const char *name); /* NULL when unknown */
const struct catalog_start_right *catalog_start_rights(size_t *count);

/* The names alone, for the reader of the policy. */
enum { CATALOG_START_RIGHTS = 5 };
extern const char *const catalog_start_right_names[CATALOG_START_RIGHTS];
