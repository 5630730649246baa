/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The top level of a policy, all its files put together: everything but how files are found. */

struct policy_node;
struct policy_reading;

void policy_read_top(struct policy_reading *reading, const struct policy_node *top);
