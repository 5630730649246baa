/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the two parts, doors and outlet, do each by its own name. */

#include "enforce/own.h"
#include "gateway/gateway.h"

/* The name and the calls of @part, which depend on whether it carries datagrams. */
const struct enforce_own *gateway_own_of(enum gateway_part part, const struct plan *plan);

/* Record that @part cannot do @what; @error. */
int gateway_fail(enum gateway_part part, int error, const char *what, struct fault *why);
