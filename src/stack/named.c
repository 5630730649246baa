/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/named.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/traffic.h"
#include "stack/refused_file.h"

/* A service with its instance, and a name. */
enum { NEWEST = 512, KEY = 360 };

struct named {
	struct one {
		int64_t last; /* milliseconds; 0: nobody's place, nor are those after it */
		int32_t family;
		unsigned char address[16];
		char key[KEY]; /* "web api.example.com" */
	} newest[NEWEST];
};

static const char file_name[] = "named";

static void write_key(const struct plan_outside *outside, char key[KEY])
{
	snprintf(key, KEY, "%s %s", outside->from, outside->name);
}

void stack_named_note(int folder, const struct plan *plan, const struct plan_outside *outside,
	int family, const unsigned char *bytes)
{
	struct named *all =
		stack_refused_file_map(folder, file_name, sizeof(*all), plan->where, NULL);
	struct one one = {.family = family, .last = clock_milliseconds()}, *place;

	if (!all)
		return;
	memcpy(one.address, bytes, family == AF_INET6 ? 16 : 4);
	write_key(outside, one.key);
	place = &all->newest[0];
	for (size_t i = 0; i < NEWEST && place->last; i++) {
		struct one *other = &all->newest[i];
		const bool same = other->family == family &&
				  memcmp(other->address, one.address, 16) == 0 &&
				  text_equal(other->key, one.key);

		if (same || other->last < place->last)
			place = other;
		if (same)
			break;
	}
	*place = one;
	munmap(all, sizeof(*all));
}

static void see_one(const struct one *one, const struct plan *plan, struct plan_traffic *traffic)
{
	char address[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];
		char key[KEY];

		if (!outside->name)
			continue;
		write_key(outside, key);
		if (!text_equal(key, one->key) ||
			!inet_ntop(one->family, one->address, address, sizeof(address)))
			continue;
		*(struct plan_traffic_item *)arena_append(
			traffic->arena, &traffic->items, &traffic->count, sizeof(*traffic->items)) =
			(struct plan_traffic_item){.kind = PLAN_TRAFFIC_NAMED,
				.layer = PLAN_TRAFFIC_RESOLVER,
				.service = outside->from,
				.address = arena_text(traffic->arena, address),
				.outside = (uint32_t)i + 1,
				.ago = PLAN_TRAFFIC_NEVER};
	}
}

void stack_named_see(int folder, const struct plan *plan, struct plan_traffic *traffic)
{
	scoped(memory) void *room =
		stack_refused_file_read(folder, file_name, sizeof(struct named));
	struct named *all = room;

	for (size_t i = 0; all && i < NEWEST && all->newest[i].last; i++) {
		all->newest[i].key[KEY - 1] = '\0';
		see_one(&all->newest[i], plan, traffic);
	}
}
