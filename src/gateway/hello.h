/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The name that a client of TLS says it wants (RFC 8446, 4.1.2; RFC 6066, 3), from the first bytes
 * that it sends.  They are looked at, never answered or changed: the relay passes them on as they
 * are.
 */

#include <stddef.h>

enum gateway_hello {
	HELLO_MORE,  /* not all of it is here yet */
	HELLO_OTHER, /* it is no hello, has no name, or hides another one (ECH) */
	HELLO_NAMED,
};

enum {
	HELLO_ROOM = 16384, /* of what a hello may be, with its records' headers */
	HELLO_NAME = 256,
};

/* Look at the @length bytes that came first, at most HELLO_ROOM.  The name is in small letters. */
enum gateway_hello gateway_hello(const unsigned char *bytes, size_t length, char name[HELLO_NAME]);
