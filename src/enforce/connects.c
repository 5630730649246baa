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
#include "enforce/cgroup.h"
#include "enforce/network_names.h"
#include "enforce/outside_program.h"
#include "enforce/program.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

/* The outlet connects alone; the resolver also sends. */
static const int hooks[] = {BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT,
	BPF_CGROUP_UDP4_SENDMSG, BPF_CGROUP_UDP6_SENDMSG};
enum { CONNECT_HOOKS = 2, ALL_HOOKS = sizeof(hooks) / sizeof(hooks[0]) };

/* This machine's loopback, at a declared port.  An IPv4 address in IPv6's clothes is not ::1. */
static void allow_host(struct enforce_program *program, uint32_t port, bool wide)
{
	const uint32_t wide_words[] = {0, 0, 0, htonl(1)}, words[] = {htonl(INADDR_LOOPBACK)};
	const short length = wide ? 4 : 1;

	for (short i = 0; i < length; i++)
		enforce_program_skip(program, BPF_JNE, (unsigned char)(BPF_REG_2 + i),
			wide ? wide_words[i] : words[i], (short)(length - i + 2));
	enforce_program_skip(program, BPF_JNE, BPF_REG_7, IPPROTO_TCP, 2);
	enforce_program_skip(program, BPF_JNE, BPF_REG_6, port, 1);
	enforce_program_end(program);
}

static bool is_wide(int hook)
{
	return hook == BPF_CGROUP_INET6_CONNECT || hook == BPF_CGROUP_UDP6_SENDMSG;
}

static void write_outlet(struct enforce_program *program, const struct plan *plan, int hook)
{
	const bool wide = is_wide(hook);

	for (size_t i = 0; i < plan->host_edge_count; i++)
		allow_host(program, plan->host_edges[i].port, wide);
	enforce_program_outside(program, plan, NULL, wide);
}

/* It connects to its servers, and sends to those whom it answers. */
static void write_resolver(struct enforce_program *program, const struct plan *plan, int hook)
{
	const bool sends = hook == BPF_CGROUP_UDP4_SENDMSG || hook == BPF_CGROUP_UDP6_SENDMSG;

	for (size_t i = 0; !sends && i < plan->upstream_count; i++)
		enforce_program_address(program, plan->upstreams[i].address, NETWORK_RESOLVER_PORT,
			NETWORK_RESOLVER_PORT, is_wide(hook));
	for (size_t i = 0; sends && i < plan->service_count; i++)
		if (plan_asks_names(plan, &plan->services[i]))
			enforce_program_address(
				program, plan->services[i].address4, 1, UINT16_MAX, is_wide(hook));
}

/* One of the two. */
struct held {
	const char *name;
	void (*write)(struct enforce_program *program, const struct plan *plan, int hook);
	size_t hook_count;
};

static const struct held outlet = {"outlet", write_outlet, CONNECT_HOOKS};
static const struct held resolver = {"resolver", write_resolver, ALL_HOOKS};

static int load(const struct plan *plan, const struct held *held, int hook)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena};

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
	for (size_t i = 0; i < held->hook_count; i++) {
		scoped(fd) int program = load(plan, held, hooks[i]);
		int error =
			program < 0 ? program : enforce_program_attach(folder, program, hooks[i]);

		if (error < 0)
			return fault(why, error, plan->where,
				"cannot hold the %s to the declared addresses and ports",
				held->name);
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

static bool is_held(const struct plan *plan, const struct held *held, pid_t process)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct enforce_verify_context context = {
		.plan = plan, .process = process, .arena = arena};
	const char *root = enforce_cgroup_root(), *folder;

	if (!root || !enforce_verify_cgroup(&context, &folder))
		return false;
	scoped(fd) int group =
		open(arena_printf(arena, "%s%s", root, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < held->hook_count; i++) {
		scoped(fd) int program = load(plan, held, hooks[i]);

		if (group < 0 || program < 0 || !enforce_program_attached(group, program, hooks[i]))
			return false;
	}
	return true;
}

bool enforce_connects_held(const struct plan *plan, pid_t process)
{
	return is_held(plan, &outlet, process);
}

bool enforce_upstream_held(const struct plan *plan, pid_t process)
{
	return is_held(plan, &resolver, process);
}
