/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A name server that knows a few names of example.com:
 *
 *     api       203.0.113.5, 2001:db8::5, for five minutes
 *     many      forty addresses
 *     big       sixty addresses, by TCP alone
 *     alias     another name for target.elsewhere.test, of which it does not say more until it is
 * asked trap      169.254.169.254 silent    nothing comes
 *
 * Any other name does not exist.
 */

#include <sys/types.h>

/* In a process of its own, at @address port 53; returns its pid when it listens.  It says to
 * @questions, a byte a question, how many came. */
pid_t resolver_upstream(const char *address, int questions);
