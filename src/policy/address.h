/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a policy must know of addresses. */

#include <stdbool.h>

struct prefix;

/* Is it one address of the machine's own loopback? */
bool policy_address_loopback(const struct prefix *prefix);

/* Does it hold addresses of the public internet? */
bool policy_address_public(const struct prefix *prefix);
