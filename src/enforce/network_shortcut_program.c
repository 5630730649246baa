/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_shortcut_part.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "enforce/network_budget.h"
#include "enforce/network_link.h"
#include "enforce/network_rules_part.h"
#include "enforce/program.h"
#include "enforce/search.h"
#include "plan/plan.h"

enum { LONG_WAY = -1 }; /* TCX_NEXT: there is none, and the packet goes on */
enum { WORDS4 = 1, WORDS6 = 4, ACKNOWLEDGES = 0x10, RESETS = 0x04, NOT_WHOLE = 0x3fff };

/* Where things stand in a packet, the link's header first: RFC 791, 8200, 9293. */
struct layout {
	int family, protocol; /* of Ethernet */
	uint32_t version, version_at, transport_at;
	uint32_t source, destination, words;
	uint32_t ports, flags;
};
enum { AT = ETH_HLEN, AFTER4 = AT + 20, AFTER6 = AT + 40 };
static const struct layout layout4 = {
	AF_INET, ETH_P_IP, 0x45, AT, AT + 9, AT + 12, AT + 16, WORDS4, AFTER4, AFTER4 + 13};
static const struct layout layout6 = {
	AF_INET6, ETH_P_IPV6, 0x60, AT, AT + 6, AT + 8, AT + 24, WORDS6, AFTER6, AFTER6 + 13};

/* Registers 7 to 9: the last word of where it goes, and its two ports, of its protocol, which is
 * in the first of them before.  1 and 2 are for searching: whatever reads a packet loses them. */
enum { DESTINATION = BPF_REG_7, FROM_PORT = BPF_REG_8, TO_PORT = BPF_REG_9 };
enum { PROTOCOL = DESTINATION, WORD = BPF_REG_1, PORT = BPF_REG_2 };

/* Whom a packet may be handed to by one of its ports. */
struct passing {
	const struct layout *layout;
	unsigned char port; /* which of the two */
	struct arena *arena;
	struct enforce_search_item *items;
	size_t item_count;
};

static bool words_of(
	const struct layout *layout, const struct plan_service *service, uint32_t words[WORDS6])
{
	const char *address = !service                    ? NULL
			      : layout->family == AF_INET ? service->address4
							  : service->address6;

	memset(words, 0, WORDS6 * sizeof(*words));
	if (!address || inet_pton(layout->family, address, words) != 1)
		return false;
	for (size_t i = 0; i < layout->words; i++)
		words[i] = ntohl(words[i]);
	return true;
}

static void take_long_way(struct enforce_program *program)
{
	enforce_program_answer(program, LONG_WAY);
	enforce_program_end(program);
}

/* What is anything else takes the long way. */
static void demand(struct enforce_program *program, uint32_t value)
{
	enforce_program_skip(program, BPF_JEQ, BPF_REG_0, value, 2);
	take_long_way(program);
}

/* TCP that acknowledges something, or resets: so not the first of a connection; or a datagram. */
static void demand_transport(struct enforce_program *program, const struct layout *layout)
{
	enforce_program_load_packet(program, BPF_B, layout->transport_at);
	enforce_program_copy_apart(program, PROTOCOL, BPF_REG_0);
	size_t datagram = enforce_program_branch(program, BPF_JEQ, BPF_REG_0, IPPROTO_UDP);
	demand(program, IPPROTO_TCP);
	enforce_program_load_packet(program, BPF_B, layout->flags);
	enforce_program_skip(program, BPF_JSET, BPF_REG_0, ACKNOWLEDGES | RESETS, 2);
	take_long_way(program);
	enforce_program_land(program, datagram);
}

/* A whole packet from its @own address that may be handed over. */
static void demand_connection(
	struct enforce_program *program, const struct layout *layout, const uint32_t *own)
{
	enforce_program_load_packet(program, BPF_B, layout->version_at);
	if (layout->family == AF_INET6)
		enforce_program_mask(program, BPF_REG_0, 0xf0);
	demand(program, layout->version);
	demand_transport(program, layout);
	if (layout->family == AF_INET) {
		enforce_program_load_packet(program, BPF_H, AT + 6);
		enforce_program_mask(program, BPF_REG_0, NOT_WHOLE);
		demand(program, 0);
	}
	for (uint32_t i = 0; i < layout->words; i++) {
		enforce_program_load_packet(program, BPF_W, layout->source + 4 * i);
		demand(program, own[i]);
	}
	enforce_program_load_packet(program, BPF_H, layout->ports);
	enforce_program_pair(program, FROM_PORT, PROTOCOL, BPF_REG_0);
	enforce_program_load_packet(program, BPF_H, layout->ports + 2);
	enforce_program_pair(program, TO_PORT, PROTOCOL, BPF_REG_0);
	enforce_program_load_packet(program, BPF_W, layout->destination + 4 * (layout->words - 1));
	enforce_program_copy(program, DESTINATION, BPF_REG_0);
}

/* When it is of this family and the words before the last are @item's: for a search. */
static void begin(struct enforce_program *program, const void *context,
	const struct enforce_search_item *item, short steps)
{
	enum { COPIES = 4, CHECK = 2 };
	const struct passing *passing = context;
	const struct layout *layout = passing->layout;
	short rest = (short)(steps + COPIES + CHECK * (short)(layout->words - 1));

	enforce_program_load_packet(program, BPF_H, offsetof(struct ethhdr, h_proto));
	enforce_program_skip(program, BPF_JNE, BPF_REG_0, (uint32_t)layout->protocol, rest);
	for (uint32_t i = 0; i + 1 < layout->words; i++) {
		rest = (short)(rest - CHECK);
		enforce_program_load_packet(program, BPF_W, layout->destination + 4 * i);
		enforce_program_skip(program, BPF_JNE, BPF_REG_0, item->before[i], rest);
	}
	enforce_program_copy_apart(program, WORD, DESTINATION);
	enforce_program_copy_apart(program, PORT, passing->port);
}

/* The helper leaves how long a packet may be there; it is asked whether there is a link. */
static void demand_link(struct enforce_program *program, uint32_t link)
{
	const short length = -(short)sizeof(uint64_t);

	enforce_program_keep_value(program, length, 0);
	enforce_program_copy(program, BPF_REG_1, BPF_REG_6);
	enforce_program_set(program, BPF_REG_2, link);
	enforce_program_frame(program, BPF_REG_3, length);
	enforce_program_set(program, BPF_REG_4, 0);
	enforce_program_set(program, BPF_REG_5, 0);
	enforce_program_call(program, BPF_FUNC_check_mtu);
	demand(program, 0);
}

/* Over to that link.  Who sends a datagram to a service that is away is told so by the router's
 * table; a connection has begun there. */
static void hand_over(struct enforce_program *program, const void *context,
	const struct enforce_search_item *item)
{
	(void)context;
	if (item->first >> 16 == IPPROTO_UDP)
		demand_link(program, item->found);
	enforce_program_set(program, BPF_REG_1, item->found);
	enforce_program_set(program, BPF_REG_2, 0);
	enforce_program_call(program, BPF_FUNC_redirect_peer);
	enforce_program_end(program);
}

static void pass(struct passing *passing, const struct plan_service *peer,
	enum plan_transport transport, uint32_t port)
{
	const uint32_t last = passing->layout->words - 1;
	struct enforce_search_item *item;
	uint32_t words[WORDS6];

	if (!words_of(passing->layout, peer, words))
		return;
	item = arena_append(passing->arena, &passing->items, &passing->item_count, sizeof(*item));
	*item = (struct enforce_search_item){.word = words[last],
		.first = enforce_search_door(transport, port),
		.last = enforce_search_door(transport, port),
		.found = (uint32_t)enforce_network_link_index(peer->link)};
	memcpy(item->before, words, last * sizeof(*words));
}

/* To those whom @service asks, by the port that it goes to; or to those who asked it, by the port
 * that it comes from. */
static void pass_edges(
	struct passing *passing, const struct plan *plan, const struct plan_service *service)
{
	const bool asks = passing->port == TO_PORT;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const struct plan_service *peer;

		if (edge->transport == PLAN_UNIX ||
			!text_equal(asks ? edge->from : edge->to, service->name) ||
			enforce_network_shaped(plan, edge->budget))
			continue;
		peer = plan_service(plan, asks ? edge->to : edge->from);
		if (peer && peer->linked && peer != service)
			pass(passing, peer, edge->transport, edge->port);
	}
}

struct plan_service enforce_shortcut_door(const struct plan *plan)
{
	return (struct plan_service){.name = "host",
		.linked = true,
		.link = NETWORK_DOOR,
		.address4 = plan->network.host4,
		.where = plan->network.where};
}

/* From clients on the host's loopback to what is published, and back; @service may be the door. */
static void pass_doors(
	struct passing *passing, const struct plan *plan, const struct plan_service *service)
{
	const struct plan_service door = enforce_shortcut_door(plan);
	const bool in = service->link == NETWORK_DOOR, asks = passing->port == TO_PORT;

	for (size_t i = 0; plan->network.host_link && in == asks && i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->transport != PLAN_TCP || enforce_rules_repeated(plan, i))
			continue;
		if (in)
			pass(passing, plan_service(plan, publish->service), PLAN_TCP,
				publish->port);
		else if (text_equal(publish->service, service->name))
			pass(passing, &door, PLAN_TCP, publish->port);
	}
}

static void write_passing(struct enforce_program *program, const struct layout *layout,
	unsigned char port, const struct plan *plan, const struct plan_service *service)
{
	struct passing passing = {.layout = layout, .port = port, .arena = program->arena};
	const struct enforce_search search = {WORD, PORT, begin, hand_over, &passing};

	pass_edges(&passing, plan, service);
	pass_doors(&passing, plan, service);
	enforce_search(program, &search, passing.items, passing.item_count);
}

struct enforce_program enforce_shortcut_compile(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	static const struct layout *const layouts[] = {&layout4, &layout6};
	enum { FAMILIES = sizeof(layouts) / sizeof(layouts[0]) };
	struct enforce_program program = {.arena = arena};
	size_t known[FAMILIES], count = 0;
	uint32_t own[WORDS6];

	enforce_program_begin(&program);
	for (size_t i = 0; i < FAMILIES; i++) {
		if (!words_of(layouts[i], service, own))
			continue;
		enforce_program_load_packet(&program, BPF_H, offsetof(struct ethhdr, h_proto));
		size_t other = enforce_program_branch(
			&program, BPF_JNE, BPF_REG_0, (uint32_t)layouts[i]->protocol);
		demand_connection(&program, layouts[i], own);
		known[count++] = enforce_program_leap(&program);
		enforce_program_land(&program, other);
	}
	take_long_way(&program);
	if (!count)
		return program;
	for (size_t i = 0; i < count; i++)
		enforce_program_land(&program, known[i]);
	for (size_t i = 0; i < FAMILIES; i++) {
		if (!words_of(layouts[i], service, own))
			continue;
		write_passing(&program, layouts[i], TO_PORT, plan, service);
		write_passing(&program, layouts[i], FROM_PORT, plan, service);
	}
	take_long_way(&program);
	return program;
}
