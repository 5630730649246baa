/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/turned_away.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "gateway/address.h"

static void keep_address(unsigned char bytes[16], const union gateway_address *address)
{
	memcpy(bytes, gateway_address_bytes(address), address->any.sa_family == AF_INET6 ? 16 : 4);
}

static bool is_same(const struct gateway_turned *one, const struct gateway_turned *other)
{
	return one->count && one->reason == other->reason && one->family == other->family &&
	       one->port == other->port && memcmp(one->client, other->client, 16) == 0 &&
	       memcmp(one->wanted, other->wanted, 16) == 0 && strcmp(one->name, other->name) == 0;
}

void gateway_turn_away(struct gateway_turned_away *all, enum gateway_turned_reason reason,
	const union gateway_address *client, const union gateway_address *wanted, const char *name)
{
	struct gateway_turned turned = {.reason = reason,
		.family = client->any.sa_family,
		.port = gateway_port(wanted),
		.last = clock_milliseconds()};
	struct gateway_turned *place;

	if (!all)
		return;
	keep_address(turned.client, client);
	keep_address(turned.wanted, wanted);
	strncat(turned.name, name, sizeof(turned.name) - 1);
	place = &all->newest[0];
	for (int i = 0; i < TURNED_AWAY; i++) {
		struct gateway_turned *one = &all->newest[i];

		if (is_same(one, &turned)) {
			turned.count = one->count;
			place = one;
			break;
		}
		if (one->last < place->last)
			place = one;
	}
	turned.count++;
	*place = turned;
}
