/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of stack_reload() hand to each other. */

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct plan;
struct stack_reload;
struct stack_state;

void reload_say(const struct stack_reload *reload, const char *service, const char *text);

/* One plan after another for all that runs, as a whole. */
struct reload_change {
	struct stack_reload *reload;
	const struct stack_state *state;
	const struct plan *before, *after;
	uint32_t former; /* number of @before */
	bool unsure;     /* was it cut off before? */
	bool counted;    /* out: launcher and supervisor go on by @after */
};

/* reload_change.c: all of it. */
int reload_change(struct reload_change *change, struct fault *why);
/* The network alone: nobody was told of @before yet. */
int reload_take_back(const struct reload_change *change, struct fault *why);

/* reload_relay.c: wait for the successors of those whose doors, ports or names are others. */
int reload_relays(const struct reload_change *change, struct fault *why);
