/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/ports.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/program.h"
#include "plan/plan.h"

/* What the kernel chooses for a client: ip_local_port_range of a new network namespace. */
enum { FIRST_CHOSEN = 32768, LAST_CHOSEN = 60999 };

const int enforce_port_hooks[2] = {BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND};

/* Register 2 holds the socket's type, 3 its port, 0 the answer "yes". */
static void allow(struct enforce_program *program, uint32_t type, uint32_t first, uint32_t last)
{
	enforce_program_skip(program, BPF_JNE, BPF_REG_2, type, 3);
	enforce_program_skip(program, BPF_JLT, BPF_REG_3, first, 2);
	enforce_program_skip(program, BPF_JGT, BPF_REG_3, last, 1);
	enforce_program_end(program);
}

static bool sends_datagrams(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].transport == PLAN_UDP &&
			text_equal(plan->edges[i].from, service->name))
			return true;
	return false;
}

static void compile(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service)
{
	static const uint32_t types[] = {[PLAN_TCP] = SOCK_STREAM, [PLAN_UDP] = SOCK_DGRAM};

	enforce_program_answer(program, 1);
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sock, type));
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_sock, src_port));
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport != PLAN_UNIX)
			allow(program, types[listen->transport], listen->first, listen->last);
	}
	/* Clients of datagrams often bind to port 0 first. */
	if (sends_datagrams(plan, service))
		allow(program, SOCK_DGRAM, FIRST_CHOSEN, LAST_CHOSEN);
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}

int enforce_port_program(const struct plan *plan, const struct plan_service *service, int hook,
	struct arena *arena, struct fault *why)
{
	struct enforce_program program = {.arena = arena};

	compile(&program, plan, service);
	int fd = enforce_program_load(&program, BPF_PROG_TYPE_CGROUP_SOCK, hook, "bulkhead_ports");

	return fd < 0 ? fault(why, fd, service->where, "cannot load the program for ports") : fd;
}

static int attach(const struct plan *plan, const struct plan_service *service, int group, int hook,
	struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	scoped(fd) int program = enforce_port_program(plan, service, hook, arena, why);

	if (program < 0)
		return program;
	int error = enforce_program_attach(group, program, hook);
	return error < 0 ? fault(why, error, service->where,
				   "cannot attach the program for ports to the cgroup of '%s'",
				   service->name)
			 : 0;
}

int enforce_attach_ports(
	const struct plan *plan, const struct plan_service *service, int cgroup, struct fault *why)
{
	if (!service->ports_held)
		return 0;
	int error = attach(plan, service, cgroup, enforce_port_hooks[0], why);

	return error < 0 ? error : attach(plan, service, cgroup, enforce_port_hooks[1], why);
}

int enforce_hold_ports(struct enforce_launch *launch, struct fault *why)
{
	return enforce_attach_ports(launch->plan, launch->service, launch->cgroup, why);
}
