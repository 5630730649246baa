/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/ports.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

/* What the kernel chooses for a client: ip_local_port_range of a new network namespace. */
enum { FIRST_CHOSEN = 32768, LAST_CHOSEN = 60999 };

const int enforce_port_hooks[2] = {BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND};

struct program {
	struct arena *arena;
	struct bpf_insn *steps;
	size_t count;
};

static void add(struct program *program, struct bpf_insn step)
{
	struct bpf_insn *next =
		arena_append(program->arena, &program->steps, &program->count, sizeof(*next));

	*next = step;
}

static void set_answer(struct program *program, int answer)
{
	add(program,
		(struct bpf_insn){
			.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = answer});
}

static void load_field(struct program *program, unsigned char into, size_t offset)
{
	add(program, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W,
			     .dst_reg = into & 15,
			     .src_reg = BPF_REG_1,
			     .off = (short)offset});
}

static void skip_when(struct program *program, unsigned char compare, unsigned char what,
	uint32_t value, short steps)
{
	add(program, (struct bpf_insn){.code = BPF_JMP | compare | BPF_K,
			     .dst_reg = what & 15,
			     .off = steps,
			     .imm = (int)value});
}

static void end(struct program *program)
{
	add(program, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
}

/* Register 2 holds the socket's type, 3 its port, 0 the answer "yes". */
static void allow(struct program *program, uint32_t type, uint32_t first, uint32_t last)
{
	skip_when(program, BPF_JNE, BPF_REG_2, type, 3);
	skip_when(program, BPF_JLT, BPF_REG_3, first, 2);
	skip_when(program, BPF_JGT, BPF_REG_3, last, 1);
	end(program);
}

static bool sends_datagrams(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].transport == PLAN_UDP &&
			text_equal(plan->edges[i].from, service->name))
			return true;
	return false;
}

static void compile(
	struct program *program, const struct plan *plan, const struct plan_service *service)
{
	static const uint32_t types[] = {[PLAN_TCP] = SOCK_STREAM, [PLAN_UDP] = SOCK_DGRAM};

	set_answer(program, 1);
	load_field(program, BPF_REG_2, offsetof(struct bpf_sock, type));
	load_field(program, BPF_REG_3, offsetof(struct bpf_sock, src_port));
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport != PLAN_UNIX)
			allow(program, types[listen->transport], listen->first, listen->last);
	}
	/* Clients of datagrams often bind to port 0 first. */
	if (sends_datagrams(plan, service))
		allow(program, SOCK_DGRAM, FIRST_CHOSEN, LAST_CHOSEN);
	set_answer(program, 0);
	end(program);
}

int enforce_port_program(const struct plan *plan, const struct plan_service *service, int hook,
	struct arena *arena, struct fault *why)
{
	struct program program = {.arena = arena};

	compile(&program, plan, service);
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK,
		.expected_attach_type = (uint32_t)hook,
		.insns = (uint64_t)(uintptr_t)program.steps,
		.insn_cnt = (uint32_t)program.count,
		.license = (uint64_t)(uintptr_t) "GPL",
		.prog_name = "bulkhead_ports",
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));

	return fd < 0 ? fault(why, -errno, service->where, "cannot load the program for ports")
		      : fd;
}

/* Alone and for good: a cgroup that a killed launcher left has its old program replaced, and no
 * group below may add another. */
static int attach(struct enforce_launch *launch, int group, int hook, struct fault *why)
{
	scoped(fd) int program =
		enforce_port_program(launch->plan, launch->service, hook, launch->arena, why);
	union bpf_attr attributes = {
		.target_fd = (uint32_t)group,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = (uint32_t)hook,
	};

	if (program < 0)
		return program;
	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes)) < 0)
		return fault(why, -errno, launch->service->where,
			"cannot attach the program for ports to the cgroup of '%s'",
			launch->service->name);
	return 0;
}

int enforce_hold_ports(struct enforce_launch *launch, struct fault *why)
{
	if (!launch->service->ports_held)
		return 0;
	scoped(fd) int group = openat(launch->cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group < 0)
		return fault(why, -errno, launch->service->where, "cannot open the cgroup of '%s'",
			launch->service->name);
	int error = attach(launch, group, enforce_port_hooks[0], why);

	return error < 0 ? error : attach(launch, group, enforce_port_hooks[1], why);
}
