/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The network of a stack that runs, from one plan to another: in all namespaces or in none.
 *
 * An edge is held by four layers, the tables of both ends, the router's and the client's labels.
 * Each changes in one step, so that at any time what passes is what both plans, or each layer by
 * one of them, let pass: the tables of services go first, which refuse at once, then the router's,
 * which lets the rest of what is new through.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct fault;
struct plan;
struct stack_reload;
struct stack_state;

struct reload_step;

struct reload_network {
	const struct stack_reload *reload;
	const struct stack_state *state; /* who runs */
	const struct plan *before, *after;
	struct arena *arena;
	bool unsure;              /* as of struct enforce_network_change */
	struct reload_step *done; /* what was done, in its order */
	size_t done_count;
	int *opened; /* namespaces */
	size_t opened_count;
	int router; /* the router's namespace, -1: none */
};

/* Change all of it.  When a step fails those before it are taken back. */
int reload_network_change(struct reload_network *network, struct fault *why);

/* Take back what reload_network_change() has done. */
void reload_network_undo(struct reload_network *network);

/* Those that were started by plan number @generation or an older one since @network looked who
 * runs, as @now says. */
int reload_network_late(
	struct reload_network *network, const struct stack_state *now, struct fault *why);

/* Can what goes on by edges that are gone be ended here? */
int reload_network_may_end(const struct reload_network *network, struct fault *why);
/* End it, of those who run @now. */
int reload_network_end(
	const struct reload_network *network, const struct stack_state *now, struct fault *why);

/* Let go of descriptors. */
void reload_network_close(struct reload_network *network);
