/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* All services of a policy: each with its role, then what they say of each other. */

struct policy_node;
struct policy_reading;

/* Read `services` into drafts and check them. */
void policy_read_services(struct policy_reading *reading, const struct policy_node *node);

/* What the drafts have become, into the policy; when all checks are done. */
void policy_publish_services(struct policy_reading *reading);
