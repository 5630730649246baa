/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What an item of `connects` says of how much and how long: rates, counts, bytes, a last day. */

struct policy_draft;
struct policy_edge;
struct policy_node;
struct policy_reading;

/* Each into a struct policy_edge. */
void policy_read_until(struct policy_reading *, const struct policy_node *, void *edge);
void policy_read_new_connections(struct policy_reading *, const struct policy_node *, void *edge);
void policy_read_connections(struct policy_reading *, const struct policy_node *, void *edge);
void policy_read_bandwidth(struct policy_reading *, const struct policy_node *, void *edge);
void policy_read_bytes(struct policy_reading *, const struct policy_node *, void *edge);
void policy_read_over(struct policy_reading *, const struct policy_node *, void *edge);

/* What the keys of one item, @node, say together. */
void policy_check_budget(struct policy_reading *reading, const struct policy_node *node,
	const struct policy_edge *edge);

/* No two lines of a service meet in a port of a peer where one has a budget: whose would it be? */
void policy_check_budgets(struct policy_reading *reading, const struct policy_draft *draft);
