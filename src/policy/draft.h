/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A service while it is being read: the model and what only the checks need.
 * A role is the same, and so is what `without` takes away.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/endpoint.h"
#include "policy/policy.h"

struct policy_node;
struct policy_reading;

/* One item of `connects`, before its peer is looked for. */
struct policy_edge {
	const char *text; /* as written */
	struct policy_endpoint to;
	const char *why, *owner;
	const char *at; /* address of its own loopback; NULL: none */
	uint16_t at_port;
	struct where at_where;
	unsigned at_width;
	struct policy_budget *budget; /* NULL: none */
	bool tls;
	struct where where;
	unsigned width;
};

struct policy_draft {
	struct policy_service service; /* its `connects` are made from `edges` at the end */
	struct policy_edge *edges;
	size_t edge_count;
	/* Who it waits for, and who waits for it: `dependencies` is made from both at the end. */
	struct policy_texts depends_on, before;
	const struct policy_node *role_node, *without, *environment_file;
	unsigned name_width;
	bool incomplete;  /* its role could not be read: say nothing about what is missing */
	unsigned visited; /* while looking for cycles */
};

/* Read a map of service keys, in a policy, a role or `without`. */
void policy_read_service(struct policy_reading *reading, const struct policy_node *node,
	const char *what, struct policy_draft *draft);

/* The key of a service called @key, or NULL. */
struct policy_field;
const struct policy_field *policy_service_field(const char *key);

void policy_read_files(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_programs(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_environment(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_environment_file(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_secrets(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_listens(struct policy_reading *, const struct policy_node *, void *draft);
/* "3000", "53/udp", "9300-9400" (listen.c). */
bool policy_listen_parse(const char *text, struct policy_listen *listen);

void policy_read_publishes(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_connects(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_capabilities(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_syscalls(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_limits(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_after_ready(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_instances(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_job(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_ready(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_healthy(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_stop(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_reload(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_restart(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_depends_on(struct policy_reading *, const struct policy_node *, void *draft);

/* A program and its arguments, as a list or as a string that is split at spaces (command.c).
 * False after a complaint when nothing is left of it. */
bool policy_read_command(struct policy_reading *reading, const struct policy_node *node,
	struct policy_texts *command);

/* Exactly one of the keys of @node, where they say one thing each; false after a complaint. */
bool policy_is_single(struct policy_reading *reading, const struct policy_node *node);

void policy_read_mode(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_expected(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_accept_missing(struct policy_reading *, const struct policy_node *, void *draft);

/* Append the variables in the file that @lines->environment_file names (environment_file.c). */
void policy_read_environment_lines(struct policy_reading *reading, struct policy_draft *lines);

/* Keys whose form is checked and which nothing enforces yet (policy/later.c). */
void policy_read_on_violation(struct policy_reading *, const struct policy_node *, void *draft);
void policy_read_observe(struct policy_reading *, const struct policy_node *, void *draft);
