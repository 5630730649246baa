/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a service gets from its role.  Lists add up, maps merge by key, single
 * values override, `without` takes away; every item keeps the line it came from.
 *
 * The role's lists are shared between its services where a service adds nothing,
 * so that ten thousand services of one role cost its size once.
 */

struct policy_draft;
struct policy_reading;

/* Put what @role gives under what @draft says itself, less its `without`. */
void policy_merge(struct policy_reading *reading, struct policy_draft *draft,
	const struct policy_draft *role);

/* The same for the lines of an environment file alone. */
void policy_merge_environment(struct policy_reading *reading, struct policy_draft *draft,
	const struct policy_draft *lines);
