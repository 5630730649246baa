/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Several files as one: `-f base.yaml -f prod.yaml`, and `include`.
 *
 * As Compose does it: maps merge by key, single values of the later file
 * replace, lists add up; `command` is one value even when written as a list.
 * Every node keeps the place it was written at.
 */

struct policy_node;
struct policy_reading;

/* @over on top of @base; both are used up.  Either may be NULL. */
struct policy_node *policy_overlay(
	struct policy_reading *reading, struct policy_node *base, struct policy_node *over);
