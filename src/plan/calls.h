/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From the names that roles and policies use (calls, groups) and from what the
 * rest of the service needs (edges, programs) to rules about system calls.
 */

#include "catalog/call.h"

struct arena;
struct host;
struct plan_service;
struct policy_service;
struct report;

/* The architecture that @host names; this build's own when it names none. */
enum catalog_arch plan_calls_arch(const struct host *host);

/*
 * Fill @service->calls, `forks` and `write_execute`: sorted by number, clone3
 * refused with ENOSYS, the launch's own execveat first among its kind, socket
 * families from `listens` and `connects`, set-id bits refused in the chmod
 * family, mprotect(PROT_EXEC) refused where MDWE is missing and the role does
 * not make code.
 */
void plan_calls(const struct policy_service *from, const struct host *host,
	struct plan_service *service, struct arena *arena, struct report *report);
