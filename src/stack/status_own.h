/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Rows of a status for the processes that are bulkhead's own: inits, gateway, outlet, supervisor.
 */

#include <stdbool.h>
#include <stdint.h>

#include "stack/status_row.h"

struct stack_member;

/* What such a process must have kept, and no more. */
struct stack_status_own {
	uint32_t uid;
	uint64_t capabilities;
	bool apart;        /* in namespaces that are not the host's: user, mount, pid, network */
	bool host_network; /* but for that one: the outlet's */
};

/* What the kernel says of @member, against @wanted. */
void stack_status_add_own(struct stack_status_look *look, const char *subject,
	const struct stack_member *member, const struct stack_status_own *wanted);
