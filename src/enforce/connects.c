/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/connects.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/program.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

enum { HOOKS = 2 };

static const int hooks[HOOKS] = {BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT};

/* Another value: refuse. */
static void demand(struct enforce_program *program, size_t offset, uint32_t value)
{
	enforce_program_load_field(program, BPF_REG_2, offset);
	enforce_program_skip(program, BPF_JEQ, BPF_REG_2, value, 2);
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}

/* Addresses and ports are shown as they travel.  An IPv4 address in IPv6's clothes is not ::1. */
static void compile(struct enforce_program *program, const struct plan *plan, int hook)
{
	const size_t word = sizeof(uint32_t), wide = offsetof(struct bpf_sock_addr, user_ip6);

	demand(program, offsetof(struct bpf_sock_addr, protocol), IPPROTO_TCP);
	if (hook == BPF_CGROUP_INET4_CONNECT)
		demand(program, offsetof(struct bpf_sock_addr, user_ip4), htonl(INADDR_LOOPBACK));
	for (size_t i = 0; hook == BPF_CGROUP_INET6_CONNECT && i < 4; i++)
		demand(program, wide + i * word, i < 3 ? 0 : htonl(1));
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sock_addr, user_port));
	enforce_program_answer(program, 1);
	for (size_t i = 0; i < plan->host_edge_count; i++) {
		enforce_program_skip(
			program, BPF_JNE, BPF_REG_2, htons((uint16_t)plan->host_edges[i].port), 1);
		enforce_program_end(program);
	}
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}

static int load(const struct plan *plan, int hook)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena};

	compile(&program, plan, hook);
	return enforce_program_load(&program, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, hook, "bulkhead_out");
}

int enforce_hold_connects(const struct plan *plan, int group, struct fault *why)
{
	scoped(fd) int folder = openat(group, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return fault(why, -errno, plan->where, "cannot open the cgroup of the outlet");
	for (size_t i = 0; i < HOOKS; i++) {
		scoped(fd) int program = load(plan, hooks[i]);
		int error =
			program < 0 ? program : enforce_program_attach(folder, program, hooks[i]);

		if (error < 0)
			return fault(why, error, plan->where,
				"cannot hold the outlet to the declared ports of this machine");
	}
	return 0;
}

bool enforce_connects_held(const struct plan *plan, pid_t outlet)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct enforce_verify_context context = {
		.plan = plan, .process = outlet, .arena = arena};
	const char *root = enforce_cgroup_root(), *folder;

	if (!root || !enforce_verify_cgroup(&context, &folder))
		return false;
	scoped(fd) int group =
		open(arena_printf(arena, "%s%s", root, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < HOOKS; i++) {
		scoped(fd) int program = load(plan, hooks[i]);

		if (group < 0 || program < 0 || !enforce_program_attached(group, program, hooks[i]))
			return false;
	}
	return true;
}
