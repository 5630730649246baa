/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/connects.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/answers.h"
#include "enforce/cgroup.h"
#include "enforce/network_names.h"
#include "enforce/outside_program.h"
#include "enforce/program.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

/* The outlet connects, and where it carries datagrams it also sends, as the resolver does. */
static const int hooks[] = {BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT,
	BPF_CGROUP_UDP4_SENDMSG, BPF_CGROUP_UDP6_SENDMSG};
enum { CONNECT_HOOKS = 2, ALL_HOOKS = sizeof(hooks) / sizeof(hooks[0]) };

/* This machine's loopback, at a declared port.  An IPv4 address in IPv6's clothes is not ::1. */
static void allow_host(
	struct enforce_program *program, const struct plan_host_edge *edge, bool wide)
{
	const uint32_t wide_words[] = {0, 0, 0, htonl(1)}, words[] = {htonl(INADDR_LOOPBACK)};
	const uint32_t protocol = edge->transport == PLAN_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	const short length = wide ? 4 : 1;

	for (short i = 0; i < length; i++)
		enforce_program_skip(program, BPF_JNE, (unsigned char)(BPF_REG_2 + i),
			wide ? wide_words[i] : words[i], (short)(length - i + 2));
	enforce_program_skip(program, BPF_JNE, BPF_REG_7, protocol, 2);
	enforce_program_skip(program, BPF_JNE, BPF_REG_6, edge->port, 1);
	enforce_program_end(program);
}

static bool is_wide(int hook)
{
	return hook == BPF_CGROUP_INET6_CONNECT || hook == BPF_CGROUP_UDP6_SENDMSG;
}

static bool is_sending(int hook)
{
	return hook == BPF_CGROUP_UDP4_SENDMSG || hook == BPF_CGROUP_UDP6_SENDMSG;
}

static void allow_service(
	struct enforce_program *program, const struct plan_service *service, int hook)
{
	enforce_program_address(program, service->address4, 1, UINT16_MAX, is_wide(hook));
	enforce_program_address(program, service->address6, 1, UINT16_MAX, is_wide(hook));
}

/* It connects outside, and sends to those alone who have asked it by datagrams. */
static void write_outlet(struct enforce_program *program, const struct plan *plan, int hook)
{
	const bool sends = is_sending(hook), wide = is_wide(hook);

	for (size_t i = 0; sends && i < plan->service_count; i++)
		if (plan_leaves_by_datagrams(plan, &plan->services[i]))
			allow_service(program, &plan->services[i], hook);
	if (sends)
		return;
	for (size_t i = 0; i < plan->host_edge_count; i++)
		allow_host(program, &plan->host_edges[i], wide);
	enforce_program_outside(program, plan, NULL, wide);
}

/* It connects to its servers, and sends to those whom it answers. */
static void write_resolver(struct enforce_program *program, const struct plan *plan, int hook)
{
	const bool sends = is_sending(hook);

	for (size_t i = 0; !sends && i < plan->upstream_count; i++)
		enforce_program_address(program, plan->upstreams[i].address, NETWORK_RESOLVER_PORT,
			NETWORK_RESOLVER_PORT, is_wide(hook));
	for (size_t i = 0; sends && i < plan->service_count; i++)
		if (plan_asks_names(plan, &plan->services[i]))
			enforce_program_address(
				program, plan->services[i].address4, 1, UINT16_MAX, is_wide(hook));
}

/* Its sockets inside connect to services; those in the host's network are connected nowhere. */
static void write_gateway(struct enforce_program *program, const struct plan *plan, int hook)
{
	if (is_sending(hook)) {
		enforce_program_answers(program, program->refusals, is_wide(hook));
		return;
	}
	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		const struct plan_service *service = plan_service(plan, publish->service);

		enforce_program_address(program, service ? service->address4 : NULL, publish->port,
			publish->port, is_wide(hook));
		enforce_program_address(program, service ? service->address6 : NULL, publish->port,
			publish->port, is_wide(hook));
	}
}

/* One of them. */
struct held {
	const char *name, *to;
	void (*write)(struct enforce_program *program, const struct plan *plan, int hook);
	bool sends; /* always: the outlet only where it carries datagrams */
	int map;    /* that its programs ask */
};

static const struct held outlet = {
	"outlet", "the declared addresses and ports", write_outlet, false, -1};
static const struct held resolver = {"resolver", "its name servers", write_resolver, true, -1};

static struct held gateway(int map)
{
	return (struct held){
		"gateway", "those who have asked by its doors", write_gateway, true, map};
}

static size_t hook_count(const struct held *held, const struct plan *plan)
{
	return held->sends || plan_leaves_by_datagrams(plan, NULL) ? ALL_HOOKS : CONNECT_HOOKS;
}

static int load(const struct plan *plan, const struct held *held, int hook)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena, .refusals = held->map};

	enforce_program_load_peer(&program, is_wide(hook));
	enforce_program_answer(&program, 1);
	held->write(&program, plan, hook);
	enforce_program_answer(&program, 0);
	enforce_program_end(&program);
	return enforce_program_load(&program, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, hook, "bulkhead_out");
}

static int hold(const struct plan *plan, const struct held *held, int group, struct fault *why)
{
	scoped(fd) int folder = openat(group, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return fault(
			why, -errno, plan->where, "cannot open the cgroup of the %s", held->name);
	for (size_t i = 0; i < hook_count(held, plan); i++) {
		scoped(fd) int program = load(plan, held, hooks[i]);
		int error =
			program < 0 ? program : enforce_program_attach(folder, program, hooks[i]);

		if (error < 0)
			return fault(why, error, plan->where, "cannot hold the %s to %s",
				held->name, held->to);
	}
	return 0;
}

int enforce_hold_connects(const struct plan *plan, int group, struct fault *why)
{
	return hold(plan, &outlet, group, why);
}

int enforce_hold_upstream(const struct plan *plan, int group, struct fault *why)
{
	return hold(plan, &resolver, group, why);
}

int enforce_hold_answers(const struct plan *plan, int map, int group, struct fault *why)
{
	const struct held held = gateway(map);

	return hold(plan, &held, group, why);
}

/* A descriptor of the cgroup of @process, or a negative number. */
static int group_of(const struct plan *plan, pid_t process)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct enforce_verify_context context = {
		.plan = plan, .process = process, .arena = arena};
	const char *root = enforce_cgroup_root(), *folder;

	if (!root || !enforce_verify_cgroup(&context, &folder))
		return -1;
	return open(arena_printf(arena, "%s%s", root, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_held(const struct plan *plan, const struct held *held, int group)
{
	for (size_t i = 0; i < hook_count(held, plan); i++) {
		scoped(fd) int program = load(plan, held, hooks[i]);

		if (group < 0 || program < 0 || !enforce_program_attached(group, program, hooks[i]))
			return false;
	}
	return true;
}

bool enforce_connects_held(const struct plan *plan, pid_t process)
{
	scoped(fd) int group = group_of(plan, process);

	return is_held(plan, &outlet, group);
}

bool enforce_upstream_held(const struct plan *plan, pid_t process)
{
	scoped(fd) int group = group_of(plan, process);

	return is_held(plan, &resolver, group);
}

bool enforce_answers_held(const struct plan *plan, pid_t process)
{
	scoped(fd) int group = group_of(plan, process);
	scoped(fd) int map = group < 0 ? group : enforce_answers_of(group);
	const struct held held = gateway(map);

	return map >= 0 && is_held(plan, &held, group);
}
