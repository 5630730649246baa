/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What `ps` shows of a stack: each service, what it uses, and where it is reached. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/usage.h"

struct arena;
struct record_type;
struct stack_state;

struct stack_overview_row {
	const char *service;
	const char *state; /* "ready", "back-off", "not started" */
	const char *why;   /* what it waits for, or why it is not ready */
	int starts_in;     /* seconds: when it starts by itself; -1: it does not, or nobody knows */
	int pid;           /* its main process; 0: none */
	uint64_t uptime;   /* seconds */
	uint32_t restarts;
	struct stack_usage usage;
	const char **listens; /* as bound now: "5432", "127.0.0.1:9000", "unix:/run/php/x.sock" */
	size_t listen_count;
	const char **publishes; /* "127.0.0.1:8080->80" */
	size_t publish_count;
	const char *job;  /* when it runs, "every 1h" */
	const char *last; /* how it ended, "exit 3"; NULL while it runs */
};

struct stack_overview {
	const char *stack;
	bool supervised; /* the supervisor answered; else states are what the kernel shows */
	struct stack_overview_row *rows; /* in the order of the policy */
	size_t row_count;
};

/* ps --json */
extern const struct record_type stack_overview_record;

/* Ask the supervisor what is to become of each; without one nothing is known but what runs.  It has
 * no rights and hears what services say: its texts are for cli_put(), and it is not waited for. */
void stack_overview_ask(struct stack_overview *overview, struct arena *arena);

/* Look at all of them; what is returned lives in @arena.  For root. */
const struct stack_overview *stack_overview(const struct stack_state *state, struct arena *arena);
