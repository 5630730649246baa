/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* `connects` to addresses and names that are neither of the stack nor of this machine. */

#include <stdbool.h>

struct policy_draft;
struct policy_edge;
struct policy_reading;

/* Can anybody be there, and is it not the stack itself?  False after a complaint. */
bool policy_check_outside(struct policy_reading *reading, const struct policy_edge *edge);

/* Only a name outside is one that TLS says. */
void policy_refuse_tls(struct policy_reading *reading, const struct policy_edge *edge);

/* Two lines of @draft may meet in an address and port only where none says how much, and names in a
 * port only where TLS says all of them or none. */
void policy_check_outside_pairs(struct policy_reading *reading, const struct policy_draft *draft);
