/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Parts of gateway_confine(). */

#include "gateway/gateway.h"

/* No file at all; TCP connections only to the services' published ports, or those of the host that
 * are declared (ABI 4). */
int gateway_landlock(enum gateway_part part, const struct plan *plan, struct fault *why);
