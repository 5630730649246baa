/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of gateway_confine(), in the order in which it applies them. */

#include "gateway/gateway.h"

/* An own mount namespace whose root is an empty, read-only memory file system. */
int gateway_view(struct fault *why);

/* No file at all; TCP connections only to the services' published ports, or those of the host that
 * are declared (ABI 4). */
int gateway_landlock(enum gateway_part part, const struct plan *plan, struct fault *why);
