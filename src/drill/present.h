/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Is anybody there?  What is refused in an empty room proves nothing. */

#include <stdbool.h>
#include <stdint.h>

/*
 * Does a socket in network namespace @network take what is sent to @port, connections or
 * @datagrams, by IPv6 when @six?  By the kernel's tables of bound sockets, which a child reads
 * there; when that fails: no.
 */
bool drill_present(int network, uint16_t port, bool datagrams, bool six);
