/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From the names that roles and policies use (calls, groups) and from what the
 * rest of the service needs (edges, programs) to rules about system calls.
 */

struct arena;
struct host;
struct plan_service;
struct policy_service;
struct report;

/*
 * Fill @service->calls, `forks` and `write_execute`: sorted by number, clone3
 * refused with ENOSYS, the launch's own execveat first among its kind, socket
 * families from `listens` and `connects`, set-id bits refused in the chmod
 * family, mprotect(PROT_EXEC) refused where MDWE is missing and the role does
 * not make code.
 */
void plan_calls(const struct policy_service *from, const struct host *host,
	struct plan_service *service, struct arena *arena, struct report *report);
