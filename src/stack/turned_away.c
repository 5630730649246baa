/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/turned_away.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/scoped.h"
#include "base/text.h"
#include "gateway/turned_away.h"
#include "plan/traffic.h"
#include "stack/refused_file.h"

static const char *const names[] = {
	[GATEWAY_DOORS] = "refused-gateway",
	[GATEWAY_OUTLET] = "refused-outlet",
};

struct gateway_turned_away *stack_turned_away_map(
	int folder, enum gateway_part part, const struct plan *plan, struct fault *why)
{
	return stack_refused_file_map(
		folder, names[part], sizeof(struct gateway_turned_away), plan->where, why);
}

/* One of the file, by its texts. */
struct turned {
	const struct gateway_turned *given;
	char client[INET6_ADDRSTRLEN], wanted[INET6_ADDRSTRLEN];
};

/* "" or what could be a name. */
static bool is_name(const char name[HELLO_NAME])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	return memchr(name, '\0', HELLO_NAME) && name[strspn(name, letters)] == '\0';
}

static bool read_turned(const struct gateway_turned *given, struct turned *turned)
{
	turned->given = given;
	return given->count && (given->family == AF_INET || given->family == AF_INET6) &&
	       inet_ntop(
		       (int)given->family, given->client, turned->client, sizeof(turned->client)) &&
	       inet_ntop(
		       (int)given->family, given->wanted, turned->wanted, sizeof(turned->wanted)) &&
	       is_name(given->name);
}

static struct plan_traffic_item *add(struct plan_traffic *traffic, const struct turned *turned,
	enum plan_traffic_kind kind, enum plan_traffic_layer layer)
{
	struct plan_traffic_item *item =
		arena_append(traffic->arena, &traffic->items, &traffic->count, sizeof(*item));
	const int64_t now = clock_milliseconds(), last = turned->given->last;
	const int64_t ago = last < 0 || last > now ? 0 : (now - last) / 1000;

	*item = (struct plan_traffic_item){.kind = kind,
		.layer = layer,
		.transport = PLAN_TCP,
		.port = turned->given->port,
		.packets = turned->given->count,
		.ago = ago};
	return item;
}

/* By which door it was, its address and port say. */
static bool is_door(const struct plan_publish *publish, const struct gateway_turned *turned)
{
	unsigned char address[16];

	return publish->transport == PLAN_TCP && publish->host_port == turned->port &&
	       inet_pton((int)turned->family, publish->address, address) == 1 &&
	       memcmp(address, turned->wanted, turned->family == AF_INET6 ? 16 : 4) == 0;
}

static void see_client(
	const struct plan *plan, const struct turned *turned, struct plan_traffic *traffic)
{
	const uint32_t reason = turned->given->reason;

	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		struct plan_traffic_item *item;

		if (!is_door(publish, turned->given) ||
			(reason != TURNED_SOURCE && reason != TURNED_COUNT))
			continue;
		item = add(traffic, turned,
			reason == TURNED_SOURCE ? PLAN_TRAFFIC_REFUSED_SOURCE
						: PLAN_TRAFFIC_REFUSED_COUNT,
			PLAN_TRAFFIC_GATEWAY);
		item->service = publish->service;
		item->address = arena_text(traffic->arena, turned->client);
		item->port = publish->port;
		item->publish = (uint32_t)i + 1;
		return;
	}
}

static void see_service(
	const struct plan *plan, const struct turned *turned, struct plan_traffic *traffic)
{
	const uint32_t reason = turned->given->reason;

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		struct plan_traffic_item *item;

		if ((!text_equal(service->address4, turned->client) &&
			    !text_equal(service->address6, turned->client)) ||
			(reason != TURNED_WAY && reason != TURNED_HELLO))
			continue;
		item = add(traffic, turned,
			reason == TURNED_WAY ? PLAN_TRAFFIC_REFUSED_OUT
					     : PLAN_TRAFFIC_REFUSED_HELLO,
			PLAN_TRAFFIC_OUTLET);
		item->service = service->name;
		item->address = arena_text(traffic->arena, turned->wanted);
		if (*turned->given->name)
			item->name = arena_text(traffic->arena, turned->given->name);
	}
}

void stack_turned_away_see(int folder, const struct plan *plan, struct plan_traffic *traffic)
{
	static void (*const see[])(const struct plan *plan, const struct turned *turned,
		struct plan_traffic *traffic) = {
		[GATEWAY_DOORS] = see_client,
		[GATEWAY_OUTLET] = see_service,
	};

	for (enum gateway_part part = GATEWAY_DOORS; part <= GATEWAY_OUTLET; part++) {
		scoped(memory) void *room = stack_refused_file_read(
			folder, names[part], sizeof(struct gateway_turned_away));
		const struct gateway_turned_away *all = room;

		for (size_t i = 0; all && i < TURNED_AWAY; i++) {
			struct turned turned;

			if (read_turned(&all->newest[i], &turned))
				see[part](plan, &turned, traffic);
		}
	}
}
