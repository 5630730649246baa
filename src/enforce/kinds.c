/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/call.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/program.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

/* Newer than some headers, or in none that goes with the others. */
#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75
#endif
enum { TABLES_FIRST = 64, TABLES_LAST = 66 };

enum { SOCKETS, DEVICES, OPTIONS };

const struct enforce_kind enforce_kinds[ENFORCE_KINDS] = {
	[SOCKETS] = {"sockets", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE},
	[DEVICES] = {"devices", BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE},
	[OPTIONS] = {"options", BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT},
};

/* What its calls say; in audit mode they say nothing. */
bool enforce_kind_allowed(const struct plan_service *service, int type)
{
	static const int families[] = {AF_INET, AF_INET6};
	bool any = plan_audit(service, LAYER_SECCOMP) != NULL;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const uint64_t arguments[6] = {(uint64_t)families[i], (uint64_t)type};

		any = any ||
		      plan_expect(service, NULL, EPERM, catalog_audit_arch(catalog_native_arch()),
			      SYS_socket, arguments) == SECCOMP_RET_ALLOW;
	}
	return any;
}

/* Registers: 3 its type, 4 its protocol. */
static void allow_sockets(struct enforce_program *program, const struct plan_service *service)
{
	static const struct {
		int type, protocol;
	} usual[] = {{SOCK_STREAM, IPPROTO_TCP}, {SOCK_DGRAM, IPPROTO_UDP}};

	enforce_program_answer(program, 1);
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_sock, type));
	enforce_program_load_field(program, BPF_REG_4, offsetof(struct bpf_sock, protocol));
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (!enforce_kind_allowed(service, usual[i].type))
			continue;
		enforce_program_skip(program, BPF_JNE, BPF_REG_3, (uint32_t)usual[i].type, 2);
		enforce_program_skip(program, BPF_JNE, BPF_REG_4, (uint32_t)usual[i].protocol, 1);
		enforce_program_end(program);
	}
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}

/* Reading and writing of what is read letter by letter; making one is another access. */
static const uint32_t uses[] = {
	BPF_DEVCG_ACC_READ << 16 | BPF_DEVCG_DEV_CHAR,
	BPF_DEVCG_ACC_WRITE << 16 | BPF_DEVCG_DEV_CHAR,
	(BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE) << 16 | BPF_DEVCG_DEV_CHAR,
};
enum { USES = sizeof(uses) / sizeof(uses[0]) };

/* Registers: 2 what is to be done, 3 and 4 the device's two numbers. */
static void allow_devices(struct enforce_program *program, const struct plan_service *service)
{
	struct stat device;

	enforce_program_load_field(
		program, BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_cgroup_dev_ctx, major));
	enforce_program_load_field(program, BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (short i = 0; i < USES; i++)
		enforce_program_skip(program, BPF_JEQ, BPF_REG_2, uses[i], (short)(USES - i + 1));
	enforce_program_answer(program, 0);
	enforce_program_end(program);
	enforce_program_answer(program, 1);
	for (size_t i = 0; i < service->node_count; i++) {
		if (!service->nodes[i].device || stat(service->nodes[i].source, &device) < 0)
			continue;
		enforce_program_skip(program, BPF_JNE, BPF_REG_3, major(device.st_rdev), 2);
		enforce_program_skip(program, BPF_JNE, BPF_REG_4, minor(device.st_rdev), 1);
		enforce_program_end(program);
	}
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}

/* A level and its options from one to another. */
static const struct {
	int level, first, last;
} refused[] = {
	{SOL_SOCKET, SO_ATTACH_FILTER, SO_ATTACH_FILTER},
	{SOL_SOCKET, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_EBPF},
	{SOL_SOCKET, SO_MARK, SO_MARK}, /* by which packet filters know packets */
	{IPPROTO_TCP, TCP_ULP, TCP_ULP},
	{IPPROTO_IP, IP_TRANSPARENT, IP_TRANSPARENT},
	{IPPROTO_IPV6, IPV6_TRANSPARENT, IPV6_TRANSPARENT},
	/* The packet filter's, which are those of its older door. */
	{IPPROTO_IP, TABLES_FIRST, TABLES_LAST},
	{IPPROTO_IPV6, TABLES_FIRST, TABLES_LAST},
};

/* Registers: 2 the level, 3 the option. */
static void refuse_options(struct enforce_program *program)
{
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sockopt, level));
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_sockopt, optname));
	enforce_program_answer(program, 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		enforce_program_skip(program, BPF_JNE, BPF_REG_2, (uint32_t)refused[i].level, 3);
		enforce_program_skip(program, BPF_JLT, BPF_REG_3, (uint32_t)refused[i].first, 2);
		enforce_program_skip(program, BPF_JGT, BPF_REG_3, (uint32_t)refused[i].last, 1);
		enforce_program_end(program);
	}
	enforce_program_answer(program, 1);
	enforce_program_end(program);
}

bool enforce_kind_held(const struct plan_service *service, size_t which)
{
	if (which == OPTIONS && !enforce_kind_allowed(service, SOCK_STREAM) &&
		!enforce_kind_allowed(service, SOCK_DGRAM))
		return false;
	return service->ports_held;
}

int enforce_kind_program(
	const struct plan_service *service, size_t which, struct arena *arena, struct fault *why)
{
	const struct enforce_kind *kind = &enforce_kinds[which];
	struct enforce_program program = {.arena = arena};

	if (which == SOCKETS)
		allow_sockets(&program, service);
	else if (which == DEVICES)
		allow_devices(&program, service);
	else
		refuse_options(&program);
	int fd = enforce_program_load(&program, kind->type, kind->hook, "bulkhead_kinds");
	return fd < 0 ? fault(why, fd, service->where, "cannot load the program for %s", kind->what)
		      : fd;
}

int enforce_hold_kinds(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;
	scoped(arena) struct arena *arena = arena_new();

	for (size_t i = 0; i < ENFORCE_KINDS; i++) {
		if (!enforce_kind_held(service, i))
			continue;
		scoped(fd) int program = enforce_kind_program(service, i, arena, why);
		int error = program < 0 ? program
					: enforce_program_attach(
						  launch->cgroup, program, enforce_kinds[i].hook);

		if (program < 0)
			return error;
		if (error < 0)
			return fault(why, error, service->where,
				"cannot attach the program for %s to the cgroup of '%s'",
				enforce_kinds[i].what, service->name);
	}
	return 0;
}
