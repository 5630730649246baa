/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "drill/call.h"

enum { NAP = 10000000 }; /* nanoseconds */

unsigned drill_address(const char *text, const char *port, union drill_address *address)
{
	in_port_t number = htons((in_port_t)drill_number(port));

	*address = (union drill_address){0};
	if (inet_pton(AF_INET, text, &address->four.sin_addr) == 1) {
		address->four.sin_family = AF_INET;
		address->four.sin_port = number;
		return sizeof(address->four);
	}
	inet_pton(AF_INET6, text, &address->six.sin6_addr);
	address->six.sin6_family = AF_INET6;
	address->six.sin6_port = number;
	return sizeof(address->six);
}

void drill_nap(void)
{
	const struct timespec pause = {.tv_nsec = NAP};

	syscall(SYS_futex, &(int){0}, 0 /* wait */, 0, &pause, NULL, 0);
}
