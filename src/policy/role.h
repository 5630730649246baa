/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Roles: files in the policy language whose top level holds the keys of a
 * service.  Each is read once, whatever the number of its services.
 */

struct policy_draft;
struct policy_node;
struct policy_reading;

/*
 * The role that @node names (a name looked for in the role folders, or an
 * absolute path), with all that it builds on; NULL after a complaint.
 */
const struct policy_draft *policy_role(
	struct policy_reading *reading, const struct policy_node *node, const char *name);
