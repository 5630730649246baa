/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_shortcut.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network_budget.h"
#include "enforce/network_link.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules_part.h"
#include "enforce/network_shortcut_part.h"
#include "enforce/program.h"
#include "plan/plan.h"

/* Of a service with more of them, and of the door, the rest take the long way: each is a step for
 * every packet. */
enum { MOST_EDGES = 64 };

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

/* Registers 7 to 9: the last word of where it goes, and its two ports. */
enum { DESTINATION = BPF_REG_7, FROM_PORT = BPF_REG_8, TO_PORT = BPF_REG_9 };

static bool words_of(
	const struct layout *layout, const struct plan_service *service, uint32_t words[WORDS6])
{
	const char *address = layout->family == AF_INET ? service->address4 : service->address6;

	memset(words, 0, WORDS6 * sizeof(*words));
	if (!address || inet_pton(layout->family, address, words) != 1)
		return false;
	for (size_t i = 0; i < layout->words; i++)
		words[i] = ntohl(words[i]);
	return true;
}

/* What is anything else takes the long way. */
static void demand(struct enforce_program *program, uint32_t value)
{
	enforce_program_skip(program, BPF_JEQ, BPF_REG_0, value, 2);
	enforce_program_answer(program, LONG_WAY);
	enforce_program_end(program);
}

/* A whole TCP packet of @service's own that acknowledges something, or resets: so not the first of
 * a connection. */
static bool demand_connection(struct enforce_program *program, const struct layout *layout,
	const struct plan_service *service)
{
	uint32_t own[WORDS6];

	if (!words_of(layout, service, own))
		return false;
	enforce_program_load_packet(program, BPF_B, layout->version_at);
	if (layout->family == AF_INET6)
		enforce_program_mask(program, BPF_REG_0, 0xf0);
	demand(program, layout->version);
	enforce_program_load_packet(program, BPF_B, layout->transport_at);
	demand(program, IPPROTO_TCP);
	if (layout->family == AF_INET) {
		enforce_program_load_packet(program, BPF_H, AT + 6);
		enforce_program_mask(program, BPF_REG_0, NOT_WHOLE);
		demand(program, 0);
	}
	enforce_program_load_packet(program, BPF_B, layout->flags);
	enforce_program_skip(program, BPF_JSET, BPF_REG_0, ACKNOWLEDGES | RESETS, 2);
	enforce_program_answer(program, LONG_WAY);
	enforce_program_end(program);
	for (uint32_t i = 0; i < layout->words; i++) {
		enforce_program_load_packet(program, BPF_W, layout->source + 4 * i);
		demand(program, own[i]);
	}
	enforce_program_load_packet(program, BPF_W, layout->destination + 4 * (layout->words - 1));
	enforce_program_copy(program, DESTINATION, BPF_REG_0);
	enforce_program_load_packet(program, BPF_H, layout->ports);
	enforce_program_copy(program, FROM_PORT, BPF_REG_0);
	enforce_program_load_packet(program, BPF_H, layout->ports + 2);
	enforce_program_copy(program, TO_PORT, BPF_REG_0);
	return true;
}

/* To @peer, whose port or whose client's port is register @port's: over to its link. */
static void pass(struct enforce_program *program, const struct layout *layout,
	const struct plan_service *peer, unsigned char port, uint32_t number)
{
	const short over = 4; /* steps of the redirection */
	const short rest = (short)(2 * (layout->words - 1)) + over;
	uint32_t words[WORDS6];

	if (!words_of(layout, peer, words))
		return;
	enforce_program_skip(
		program, BPF_JNE, DESTINATION, words[layout->words - 1], (short)(rest + 1));
	enforce_program_skip(program, BPF_JNE, port, number, rest);
	for (uint32_t i = 0; i + 1 < layout->words; i++) {
		enforce_program_load_packet(program, BPF_W, layout->destination + 4 * i);
		enforce_program_skip(
			program, BPF_JNE, BPF_REG_0, words[i], (short)(rest - 2 * (short)i - 2));
	}
	enforce_program_set(program, BPF_REG_1, (uint32_t)enforce_network_link_index(peer->link));
	enforce_program_set(program, BPF_REG_2, 0);
	enforce_program_call(program, BPF_FUNC_redirect_peer);
	enforce_program_end(program);
}

static void pass_edges(struct enforce_program *program, const struct layout *layout,
	const struct plan *plan, const struct plan_service *service)
{
	size_t passed = 0;

	for (size_t i = 0; i < plan->edge_count && passed < MOST_EDGES; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		bool client = text_equal(edge->from, service->name);
		const struct plan_service *peer;

		if (edge->transport != PLAN_TCP ||
			(!client && !text_equal(edge->to, service->name)) ||
			enforce_network_shaped(plan, edge->budget))
			continue;
		passed++;
		peer = plan_service(plan, client ? edge->to : edge->from);
		if (peer && peer->linked && peer != service)
			pass(program, layout, peer, client ? TO_PORT : FROM_PORT, edge->port);
	}
}

/* The door as one end of a link: who asks by it from the host's loopback has that address. */
static struct plan_service door_of(const struct plan *plan)
{
	return (struct plan_service){.name = "host",
		.linked = true,
		.link = NETWORK_DOOR,
		.address4 = plan->network.host4,
		.where = plan->network.where};
}

/* Clients on the host's loopback and what is published; @service may be the door. */
static void pass_doors(struct enforce_program *program, const struct layout *layout,
	const struct plan *plan, const struct plan_service *service)
{
	const struct plan_service door = door_of(plan);
	const bool in = service->link == NETWORK_DOOR;
	size_t passed = 0;

	for (size_t i = 0; plan->network.host_link && i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->transport != PLAN_TCP || enforce_rules_repeated(plan, i) ||
			passed++ >= MOST_EDGES)
			continue;
		if (in)
			pass(program, layout, plan_service(plan, publish->service), TO_PORT,
				publish->port);
		else if (text_equal(publish->service, service->name))
			pass(program, layout, &door, FROM_PORT, publish->port);
	}
}

static void write_family(struct enforce_program *program, const struct layout *layout,
	const struct plan *plan, const struct plan_service *service)
{
	struct enforce_program part = {.arena = program->arena};

	if (demand_connection(&part, layout, service)) {
		pass_edges(&part, layout, plan, service);
		pass_doors(&part, layout, plan, service);
	}
	enforce_program_answer(&part, LONG_WAY);
	enforce_program_end(&part);
	enforce_program_load_packet(program, BPF_H, offsetof(struct ethhdr, h_proto));
	enforce_program_skip(
		program, BPF_JNE, BPF_REG_0, (uint32_t)layout->protocol, (short)part.count);
	enforce_program_append(program, &part);
}

struct enforce_program enforce_shortcut_compile(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	struct enforce_program program = {.arena = arena};

	enforce_program_begin(&program);
	write_family(&program, &layout4, plan, service);
	write_family(&program, &layout6, plan, service);
	enforce_program_answer(&program, LONG_WAY);
	enforce_program_end(&program);
	return program;
}

int enforce_shortcut_load(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const struct enforce_program program = enforce_shortcut_compile(plan, service, arena);

	return enforce_program_load(&program, BPF_PROG_TYPE_SCHED_CLS, 0, "bulkhead_short");
}

/* Is every link that there is known by its number?  Those that an older bulkhead made are not. */
static bool all_in_place(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const bool *peers = enforce_network_all_peers(plan, service, arena);

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *peer = &plan->services[i];
		char name[NETWORK_LINK_NAME];

		if (!peer->linked || (peer != service && !peers[i]))
			continue;
		enforce_network_link_name(peer->link, name);
		unsigned index = if_nametoindex(name);
		if (index && index != (unsigned)enforce_network_link_index(peer->link))
			return false;
	}
	return true;
}

void enforce_shortcut_attach(const struct plan *plan, const struct plan_service *service)
{
	scoped(arena) struct arena *arena = arena_new();

	if (!all_in_place(plan, service, arena))
		return;
	scoped(fd) int program = enforce_shortcut_load(plan, service, arena);
	if (program >= 0)
		enforce_program_attach(
			enforce_network_link_index(service->link), program, TCX_INGRESS);
}

void enforce_shortcut_attach_door(const struct plan *plan)
{
	const struct plan_service door = door_of(plan);

	if (!enforce_program_any(enforce_network_link_index(NETWORK_DOOR), TCX_INGRESS))
		enforce_shortcut_attach(plan, &door);
}

int enforce_shortcut_verify_door(const struct plan *plan, struct fault *why)
{
	const struct plan_service door = door_of(plan);

	return enforce_shortcut_verify(plan, &door, why);
}
