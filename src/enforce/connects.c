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
#include "enforce/outside_program.h"
#include "enforce/program.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

enum { HOOKS = 2 };

static const int hooks[HOOKS] = {BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT};

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

static void compile(struct enforce_program *program, const struct plan *plan, int hook)
{
	const bool wide = hook == BPF_CGROUP_INET6_CONNECT;

	enforce_program_load_peer(program, wide);
	enforce_program_answer(program, 1);
	for (size_t i = 0; i < plan->host_edge_count; i++)
		allow_host(program, plan->host_edges[i].port, wide);
	for (size_t i = 0; i < plan->outside_count; i++)
		enforce_program_outside(program, plan, &plan->outsides[i], wide);
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
				"cannot hold the outlet to the declared addresses and ports");
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
