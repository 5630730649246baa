/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

socklen_t gateway_address_set(union gateway_address *address, const char *text, unsigned port)
{
	struct sockaddr_in6 *wide = (struct sockaddr_in6 *)&address->storage;
	struct sockaddr_in *narrow = (struct sockaddr_in *)&address->storage;

	memset(address, 0, sizeof(*address));
	if (text && inet_pton(AF_INET6, text, &wide->sin6_addr) == 1) {
		wide->sin6_family = AF_INET6;
		wide->sin6_port = htons((uint16_t)port);
		return sizeof(*wide);
	}
	if (!text || inet_pton(AF_INET, text, &narrow->sin_addr) != 1)
		return 0;
	narrow->sin_family = AF_INET;
	narrow->sin_port = htons((uint16_t)port);
	return sizeof(*narrow);
}

unsigned gateway_port(const union gateway_address *address)
{
	/* It stands at the same place in both. */
	return ntohs(((const struct sockaddr_in *)&address->storage)->sin_port);
}

const unsigned char *gateway_address_bytes(const union gateway_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return ((const struct sockaddr_in6 *)&address->storage)->sin6_addr.s6_addr;
	return (const unsigned char *)&((const struct sockaddr_in *)&address->storage)->sin_addr;
}
