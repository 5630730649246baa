/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scoped.h"
#include "host/try.h"

/* What a launch holds: the ports of a service, and where an outlet connects to. */
static const struct {
	enum bpf_prog_type type;
	enum bpf_attach_type hook;
} programs[] = {
	{BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND},
	{BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT},
};

/* "No" to everything. */
static int load(enum bpf_prog_type type, enum bpf_attach_type hook)
{
	struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attributes = {
		.prog_type = type,
		.expected_attach_type = hook,
		.insns = (uint64_t)(uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(program[0]),
		.license = (uint64_t)(uintptr_t) "GPL",
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));

	return fd < 0 ? -errno : fd;
}

/* The first call that is not refused, by its place among the programs from 1 on; 0: none. */
static int use_a_port(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno != EPERM)
		return 1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno != EPERM)
		return 2;
	return 0;
}

static enum host_state attach(struct host_try *try, int folder)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		scoped(fd) int program = load(programs[i].type, programs[i].hook);

		if (program < 0)
			return host_refused(try, program, "the kernel refuses to load a program");
		union bpf_attr attributes = {
			.target_fd = (uint32_t)folder,
			.attach_bpf_fd = (uint32_t)program,
			.attach_type = programs[i].hook,
		};
		if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes)) < 0)
			return host_refused(try, errno, "a cgroup takes no program");
	}
	return HOST_YES;
}

static enum host_state attach_and_use(struct host_try *try, int folder)
{
	int status = 0;
	enum host_state state = attach(try, folder);

	if (state != HOST_YES)
		return state;
	pid_t child = host_clone(0, NULL, folder);
	if (child < 0)
		return host_refused(try, child, "clone3 with CLONE_INTO_CGROUP");
	if (child == 0)
		_exit(use_a_port());
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return host_found(try, HOST_NO, "the process that tried ended early");
	if (WEXITSTATUS(status) != 0)
		return host_found(try, HOST_NO, "a port was %s all the same",
			WEXITSTATUS(status) == 1 ? "bound" : "connected to");
	return HOST_YES;
}

enum host_state host_try_cgroup_ports(struct host_try *try)
{
	return host_in_cgroup(try, attach_and_use);
}
