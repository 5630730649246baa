/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The networks of a drill: those of the running stack, so that attempts meet
 * the very rules that its services live under, else ones made for the drill.
 */

#include <stdbool.h>

#include "enforce/network.h"

struct arena;
struct fault;
struct plan;

struct cli_stage {
	const struct plan *plan; /* what is drilled: the running stack's own plan, if it runs */
	bool live;
	const char *run_folder;               /* NULL: not live */
	struct enforce_network_router router; /* -1: the stack has none */
	int *networks;                        /* one for each service */
};

/* @apart: networks made for the drill, though the stack may run. */
int cli_stage_open(const struct plan *plan, bool apart, struct arena *arena,
	struct cli_stage *stage, struct fault *why);
void cli_stage_close(struct cli_stage *stage);
