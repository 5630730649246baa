/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where the kernel would lead a connection.  An address of this machine is one that its program
 * need not leave for: what listens there was never meant by a range of addresses outside.
 */

#include <stdbool.h>

union gateway_address;

/* What questions are asked by: of the caller's network, for good.  The caller closes it; -errno. */
int gateway_route_open(void);

/* Does the way to @address leave this machine?  No, where nobody can tell. */
bool gateway_route_leaves(int routes, const union gateway_address *address);
