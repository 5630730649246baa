/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/text.h"
#include "catalog/landlock.h"
#include "enforce/askers_program.h"
#include "enforce/labels_part.h"
#include "enforce/network_names.h"
#include "enforce/outside_program.h"
#include "enforce/program.h"
#include "enforce/refusals.h"
#include "enforce/search.h"
#include "plan/plan.h"

enum { LAST_PORT = 65535, WORDS = 4 };

/* Registers: of outside_program.h, and what is searched for once more. */
enum { PORT = BPF_REG_6, PROTOCOL = BPF_REG_7, WORD = BPF_REG_8, DOOR = BPF_REG_9 };

/* What is being written: which half of the internet, and how an address of it is shown. */
struct peers {
	struct enforce_program *program;
	const struct plan *plan;
	const struct plan_service *service;
	bool wide;
	struct enforce_search_item *items;
	size_t item_count;
};

/* @address as text; in the program of IPv6 an IPv4 address wears its clothes. */
static void allow_text(struct peers *peers, const char *address, enum plan_transport transport,
	uint32_t first, uint32_t last)
{
	uint32_t words[WORDS] = {0};
	struct enforce_search_item *item;

	if (!address)
		return;
	if (inet_pton(AF_INET, address, &words[WORDS - 1]) == 1)
		words[2] = peers->wide ? htonl(0xffff) : 0;
	else if (!peers->wide || inet_pton(AF_INET6, address, words) != 1)
		return;
	item = arena_append(
		peers->program->arena, &peers->items, &peers->item_count, sizeof(*item));
	*item = (struct enforce_search_item){{words[0], words[1], words[2]}, words[WORDS - 1],
		enforce_search_door(transport, first), enforce_search_door(transport, last), 0};
}

static void allow_service(struct peers *peers, const struct plan_service *to,
	enum plan_transport transport, uint32_t first, uint32_t last)
{
	if (!to)
		return;
	allow_text(peers, to->address4, transport, first, last);
	allow_text(peers, to->address6, transport, first, last);
}

/* Its peers, and who asks it by datagrams, whose ports are of the kernel's choice. */
static void allow_edges(struct peers *peers)
{
	const struct plan *plan = peers->plan;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->transport == PLAN_UNIX)
			continue;
		if (text_equal(edge->from, peers->service->name)) {
			allow_service(peers, plan_service(plan, edge->to), edge->transport,
				edge->port, edge->port);
			allow_text(peers, edge->at, edge->transport, edge->at_port, edge->at_port);
		} else if (edge->transport == PLAN_UDP &&
			   text_equal(edge->to, peers->service->name)) {
			allow_service(
				peers, plan_service(plan, edge->from), PLAN_UDP, 0, LAST_PORT);
		}
	}
	for (size_t i = 0; i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];

		if (!text_equal(edge->from, peers->service->name))
			continue;
		allow_text(peers, plan->network.router4, edge->transport, edge->port, edge->port);
		allow_text(peers, plan->network.router6, edge->transport, edge->port, edge->port);
		allow_text(peers, edge->at, edge->transport, edge->at_port, edge->at_port);
	}
	if (plan_asks_names(plan, peers->service)) {
		allow_text(peers, plan->network.router4, PLAN_TCP, NETWORK_RESOLVER_PORT,
			NETWORK_RESOLVER_PORT);
		allow_text(peers, plan->network.router4, PLAN_UDP, NETWORK_RESOLVER_PORT,
			NETWORK_RESOLVER_PORT);
	}
}

/* Where it listens itself, by whatever address means itself. */
static void allow_itself(struct peers *peers)
{
	static const char *const own[] = {"127.0.0.1", "0.0.0.0", "::1", "::"};
	const struct plan_service *service = peers->service;

	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport == PLAN_UNIX)
			continue;
		for (size_t j = 0; j < sizeof(own) / sizeof(own[0]); j++)
			allow_text(peers, own[j], listen->transport, listen->first, listen->last);
		allow_text(peers, listen->at, listen->transport, listen->first, listen->last);
		allow_service(peers, service, listen->transport, listen->first, listen->last);
	}
}

/* An address travels as it is compared: any order of the last words will do. */
static void begin(struct enforce_program *program, const void *context,
	const struct enforce_search_item *item, short steps)
{
	enum { COPIES = 2 + 3 };
	const struct peers *peers = context;
	const short before = peers->wide ? ENFORCE_SEARCH_BEFORE : 0;
	short rest = (short)(steps + COPIES + before * ENFORCE_PROGRAM_SKIP_OTHERS);

	for (short i = 0; i < before; i++) {
		rest = (short)(rest - ENFORCE_PROGRAM_SKIP_OTHERS);
		enforce_program_skip_others(program, WORD, (unsigned char)(BPF_REG_2 + i),
			item->before[i], item->before[i], rest);
	}
	enforce_program_copy_apart(
		program, WORD, (unsigned char)(BPF_REG_2 + (peers->wide ? WORDS - 1 : 0)));
	enforce_program_pair(program, DOOR, PROTOCOL, PORT);
}

static void found(struct enforce_program *program, const void *context,
	const struct enforce_search_item *item)
{
	(void)context;
	(void)item;
	enforce_program_end(program);
}

/* Register 0 is the answer "yes", until none is found. */
static void compile(struct peers *peers, int hook)
{
	struct enforce_program *program = peers->program;
	const struct enforce_search search = {WORD, DOOR, begin, found, peers};

	enforce_program_answer(program, 1);
	enforce_program_load_peer(program, peers->wide);
	allow_edges(peers);
	allow_itself(peers);
	enforce_search(program, &search, peers->items, peers->item_count);
	enforce_program_outside(program, peers->plan, peers->service->name, peers->wide);
	enforce_program_askers(program, peers->plan, peers->service, peers->wide);
	enforce_refusal(program, hook,
		&(struct enforce_refusal_registers){
			BPF_REG_2, peers->wide ? WORDS : 1, PORT, PROTOCOL});
}

static bool sends(int hook)
{
	return hook == BPF_CGROUP_UDP4_SENDMSG || hook == BPF_CGROUP_UDP6_SENDMSG;
}

/* Of connections Landlock says the same where the service opens none, as then nothing changes. */
bool enforce_label_peers_held(const struct plan_service *service, int hook)
{
	bool streams = enforce_makes_sockets(service, SOCK_STREAM) &&
		       !(service->landlock.handled_net & CATALOG_LANDLOCK_CONNECT_TCP);

	return service->ports_held && !plan_audit(service, LAYER_NETWORK) &&
	       (enforce_makes_sockets(service, SOCK_DGRAM) || (!sends(hook) && streams));
}

void enforce_label_peers(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook)
{
	struct peers peers = {.program = program,
		.plan = plan,
		.service = service,
		.wide = hook == BPF_CGROUP_INET6_CONNECT || hook == BPF_CGROUP_UDP6_SENDMSG};

	compile(&peers, hook);
}
