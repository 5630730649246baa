/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Rows of a status for the processes that are bulkhead's own: inits, gateway, supervisor. */

#include <stdbool.h>
#include <stdint.h>

#include "stack/status.h"

struct arena;
struct stack_member;
struct stack_state;

/* A status in the making. */
struct status_look {
	const struct stack_state *state;
	struct arena *arena;
	struct stack_status *status;
};

/* What such a process must have kept, and no more. */
struct status_own {
	uint32_t uid;
	uint64_t capabilities;
	bool apart; /* in namespaces that are not the host's: user, mount, pid, network */
};

void status_add(struct status_look *look, const struct stack_status_row *row);

/* What the kernel says of @member, against @wanted. */
void status_add_own(struct status_look *look, const char *subject,
	const struct stack_member *member, const struct status_own *wanted);
