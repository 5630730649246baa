/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/part.h"

#include "base/fault.h"
#include "gateway/calls.h"

const struct enforce_own *gateway_own_of(enum gateway_part part)
{
	return part == GATEWAY_DOORS ? &gateway_own : &outlet_own;
}

int gateway_fail(enum gateway_part part, int error, const char *what, struct fault *why)
{
	return fault(
		why, error, (struct where){0}, "%s: cannot %s", gateway_own_of(part)->name, what);
}
