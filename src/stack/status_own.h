/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Rows of a status for the processes that are bulkhead's own: inits, gateway, outlet, supervisor,
 * launcher.
 */

#include <stdbool.h>
#include <stdint.h>

#include "stack/status_row.h"

struct stack_member;

/* Namespaces that are not the host's. */
enum {
	STATUS_USER = 1,
	STATUS_MOUNT = 2,
	STATUS_PID = 4,
	STATUS_NETWORK = 8,
	STATUS_ALL_SPACES = 15,
};

/* What such a process must have kept, and no more. */
struct stack_status_own {
	uint32_t uid;
	uint64_t capabilities;
	unsigned spaces;     /* it must be in */
	const char *without; /* what its absence means; or NULL */
};

/* What the kernel says of @member, against @wanted. */
void stack_status_add_own(struct stack_status_look *look, const char *subject,
	const struct stack_member *member, const struct stack_status_own *wanted);

/* The launcher has every right, which is what it is for: whether it is there. */
void stack_status_add_launcher(struct stack_status_look *look);
