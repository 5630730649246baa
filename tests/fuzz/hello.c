/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any bytes as the first message of a client of TLS: a service that was taken over chooses them. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[HELLO_NAME];

	/* Heard in full, and as far as it had come before. */
	for (size_t length = size; length > 0; length /= 2)
		if (gateway_hello(data, length, name) == HELLO_NAMED &&
			strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") != strlen(name))
			abort();
	return 0;
}
