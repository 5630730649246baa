/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Where the logs of a stack are, and the record of how a service ended. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct plan;
struct plan_service;

#define STACK_LOG_FOLDER "/var/log/bulkhead"

/* The log folder of @service, made when missing: 0750, owned by its init's id.  The caller
 * closes the descriptor. */
int stack_log_folder(
	const struct plan *plan, const struct plan_service *service, struct fault *why);

/* The supervisor's own log, opened for appending; the caller closes it. */
int stack_log_supervisor(const char *stack, struct fault *why);

/* A place in a service's log: what stands before it is of earlier starts. */
struct stack_log_mark {
	uint64_t file; /* inode; 0: there was no log */
	int64_t size;
};

/* The end of @service's log as it is now. */
struct stack_log_mark stack_log_end(const char *stack, const char *service);

/* The last @lines lines of @service's log after @since, or "" when there are none; in @arena. */
const char *stack_log_tail(const char *stack, const char *service,
	const struct stack_log_mark *since, size_t lines, struct arena *arena);

/* Open the record that the init of @service writes its end to, emptied; the caller closes it. */
int stack_exit_record(int folder, const char *service, struct fault *why);

/* Open that record for reading, in the run folder @folder; the caller closes it.  -errno. */
int stack_record_open(int folder, const char *service);

/* Has the init written that the service is ready: by its own word, or because it was told? */
bool stack_record_ready(int record);

/* What stands in @record about its end, as stack_exit_read() says it. */
const char *stack_record_end(int record, struct arena *arena);

/* How @service ended: "exit 1", "signal 9", or NULL when its init wrote nothing; in @arena. */
const char *stack_exit_read(const char *folder, const char *service, struct arena *arena);
