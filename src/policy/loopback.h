/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * `at`: an address of the service's own loopback, so that old configuration
 * stays right.  With `connects` it is where the program looks for a peer, with
 * `listens` where a daemon waits for its peers.
 */

struct policy_draft;
struct policy_node;
struct policy_reading;

/* "127.0.0.1:5432", into a struct policy_edge. */
void policy_read_connect_at(
	struct policy_reading *reading, const struct policy_node *node, void *edge);
/* "127.0.0.1", into a struct policy_listen. */
void policy_read_listen_at(
	struct policy_reading *reading, const struct policy_node *node, void *listen);

/* One address leads to one peer, which is there by that family, and hides no port of @draft; what
 * @draft publishes is there by the family of its door. */
void policy_check_loopback(struct policy_reading *reading, const struct policy_draft *draft);
