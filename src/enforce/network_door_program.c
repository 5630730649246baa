/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_door_program.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "base/text.h"
#include "enforce/network_rules_part.h"
#include "enforce/program.h"
#include "plan/plan.h"

enum { GO_ON = 1, REFUSE = 0 };

/* Registers 7 and 8: where to, as it travels. */
enum { ADDRESS = BPF_REG_7, PORT = BPF_REG_8 };

enum { WORD = sizeof(uint32_t), LOOPBACK_MASK = 0xff000000 };

/* What the program of one hook is written from. */
struct work {
	const struct plan *plan;
	uint64_t network; /* the cookie of this network namespace */
	size_t address;   /* where the (last) word of an IPv4 address stands */
	struct arena *arena;
};

static void answer(struct enforce_program *program, int how)
{
	enforce_program_answer(program, how);
	enforce_program_end(program);
}

/* Anything else goes on. */
static void demand(struct enforce_program *program, unsigned char what, uint32_t value)
{
	enforce_program_skip(program, BPF_JEQ, what, value, 2);
	answer(program, GO_ON);
}

/* Another network namespace has a loopback of its own. */
static void demand_network(struct enforce_program *program, uint64_t network)
{
	enforce_program_copy(program, BPF_REG_1, BPF_REG_6);
	enforce_program_call(program, BPF_FUNC_get_netns_cookie);
	demand(program, BPF_REG_0, (uint32_t)network);
	enforce_program_upper(program);
	demand(program, BPF_REG_0, (uint32_t)(network >> 32));
}

/* That it chose no address or interface. */
static void demand_unbound(struct enforce_program *program)
{
	enforce_program_copy(program, BPF_REG_1, BPF_REG_6);
	enforce_program_load_address(program, BPF_REG_1, offsetof(struct bpf_sock_addr, sk));
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sock, src_ip4));
	demand(program, BPF_REG_2, 0);
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sock, bound_dev_if));
	demand(program, BPF_REG_2, 0);
}

/* The address of what @publish publishes, as it travels; 0: none. */
static uint32_t target(const struct plan *plan, const struct plan_publish *publish)
{
	const char *text = enforce_rules_address(plan_service(plan, publish->service), false);
	struct in_addr address;

	return text && inet_pton(AF_INET, text, &address) == 1 ? address.s_addr : 0;
}

static void lead(struct enforce_program *program, const struct work *work,
	const struct plan_publish *publish)
{
	enforce_program_set(program, BPF_REG_2, target(work->plan, publish));
	enforce_program_store_field(program, work->address, BPF_REG_2);
	enforce_program_set(program, BPF_REG_2, htons((uint16_t)publish->port));
	enforce_program_store_field(program, offsetof(struct bpf_sock_addr, user_port), BPF_REG_2);
	answer(program, GO_ON);
}

/* Who connects has no address yet, and will have one of 127.0.0.0/8: may all of them come? */
static bool lets_loopback_in(const struct plan_publish *publish)
{
	static const struct prefix loopback = {AF_INET, 8, {127}};
	struct prefix range;

	for (size_t i = 0; i < publish->source_count; i++)
		if (prefix_parse(
			    publish->sources[i].range, strlen(publish->sources[i].range), &range) &&
			prefix_covers(&range, &loopback))
			return true;
	return publish->source_count == 0;
}

/* Is it one that the loopback of IPv4 knows?  Of 0.0.0.0 too.  Whose connections are counted is
 * left to the gateway, and so is who may not come. */
static bool on_loopback(const struct plan_publish *publish)
{
	return publish->transport == PLAN_TCP && !publish->per_source &&
	       (text_starts(publish->address, "127.") || text_equal(publish->address, "0.0.0.0")) &&
	       lets_loopback_in(publish);
}

static bool same_door(const struct plan_publish *left, const struct plan_publish *right)
{
	return on_loopback(right) && left->host_port == right->host_port &&
	       text_equal(left->address, right->address);
}

/* Who is asked at the door of publish @index: one of its instances, by chance. */
static void choose(struct enforce_program *program, const struct work *work, size_t index)
{
	const struct plan *plan = work->plan;
	const struct plan_publish *publish = &plan->publishes[index];
	uint32_t count = 0, which = 0;

	for (size_t i = index; i < plan->publish_count; i++)
		count += same_door(publish, &plan->publishes[i]);
	if (count > 1) {
		enforce_program_call(program, BPF_FUNC_get_prandom_u32);
		enforce_program_remainder(program, count);
	}
	for (size_t i = index; i < plan->publish_count; i++) {
		struct enforce_program one = {.arena = work->arena};

		if (!same_door(publish, &plan->publishes[i]))
			continue;
		lead(&one, work, &plan->publishes[i]);
		if (++which < count)
			enforce_program_skip(
				program, BPF_JNE, BPF_REG_0, which - 1, (short)one.count);
		enforce_program_append(program, &one);
	}
}

/* The first publish of a door leads to all of its instances. */
static void write_door(struct enforce_program *program, const struct work *work, size_t index)
{
	const struct plan_publish *publish = &work->plan->publishes[index];
	struct enforce_program part = {.arena = work->arena};
	struct in_addr address;

	for (size_t i = 0; i < index; i++)
		if (same_door(publish, &work->plan->publishes[i]))
			return;
	bool all = inet_pton(AF_INET, publish->address, &address) == 1 && !address.s_addr;
	demand_network(&part, work->network);
	demand_unbound(&part);
	choose(&part, work, index);
	enforce_program_copy(program, BPF_REG_0, ADDRESS);
	if (all)
		enforce_program_mask(program, BPF_REG_0, htonl(LOOPBACK_MASK));
	enforce_program_skip(program, BPF_JNE, BPF_REG_0,
		all ? htonl(INADDR_LOOPBACK & LOOPBACK_MASK) : address.s_addr,
		(short)(part.count + 1));
	enforce_program_skip(
		program, BPF_JNE, PORT, htons((uint16_t)publish->host_port), (short)part.count);
	enforce_program_append(program, &part);
}

/* What is left knows a service by its own address. */
static void refuse_others(struct enforce_program *program, const struct work *work)
{
	struct enforce_program part = {.arena = work->arena};
	const char *text = work->plan->network.prefix4;
	struct prefix prefix;
	uint32_t address;

	if (!prefix_parse(text, strlen(text), &prefix) || prefix.bits == 0)
		return;
	memcpy(&address, prefix.bytes, sizeof(address));
	demand_network(&part, work->network);
	answer(&part, REFUSE);
	enforce_program_copy(program, BPF_REG_0, ADDRESS);
	enforce_program_mask(program, BPF_REG_0, htonl(~0u << (32 - prefix.bits)));
	enforce_program_skip(program, BPF_JNE, BPF_REG_0, address, (short)part.count);
	enforce_program_append(program, &part);
}

void enforce_door_program(
	struct enforce_program *program, const struct plan *plan, uint64_t network, int hook)
{
	const size_t wide = offsetof(struct bpf_sock_addr, user_ip6);
	const struct work work = {plan, network,
		hook == BPF_CGROUP_INET4_CONNECT ? offsetof(struct bpf_sock_addr, user_ip4)
						 : wide + (size_t)3 * WORD,
		program->arena};

	enforce_program_begin(program);
	/* ::ffff:127.0.0.1, as it travels. */
	for (size_t i = 0; hook == BPF_CGROUP_INET6_CONNECT && i < 3; i++) {
		enforce_program_load_field(program, BPF_REG_2, wide + i * WORD);
		demand(program, BPF_REG_2, i < 2 ? 0 : htonl(0xffff));
	}
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sock_addr, protocol));
	demand(program, BPF_REG_2, IPPROTO_TCP);
	enforce_program_load_field(program, ADDRESS, work.address);
	/* To 0.0.0.0 is to 127.0.0.1, but for the kernel only after this. */
	enforce_program_skip(program, BPF_JNE, ADDRESS, 0, 1);
	enforce_program_set(program, ADDRESS, htonl(INADDR_LOOPBACK));
	enforce_program_load_field(program, PORT, offsetof(struct bpf_sock_addr, user_port));
	for (size_t i = 0; i < plan->publish_count; i++)
		if (on_loopback(&plan->publishes[i]) && target(plan, &plan->publishes[i]))
			write_door(program, &work, i);
	refuse_others(program, &work);
	answer(program, GO_ON);
}
