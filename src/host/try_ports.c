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

/* "No" to every port. */
static int load(void)
{
	struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK,
		.expected_attach_type = BPF_CGROUP_INET4_POST_BIND,
		.insns = (uint64_t)(uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(program[0]),
		.license = (uint64_t)(uintptr_t) "GPL",
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));

	return fd < 0 ? -errno : fd;
}

/* The errno of bind; 0: it worked. */
static int bind_a_port(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? errno : 0;
}

static enum host_state attach_and_bind(struct host_try *try, int folder)
{
	int status = 0;
	scoped(fd) int program = load();

	if (program < 0)
		return host_refused(try, program, "the kernel refuses to load a program");
	union bpf_attr attributes = {
		.target_fd = (uint32_t)folder,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = BPF_CGROUP_INET4_POST_BIND,
	};
	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes)) < 0)
		return host_refused(try, errno, "a cgroup takes no program");
	pid_t child = host_clone(0, NULL, folder);
	if (child < 0)
		return host_refused(try, child, "clone3 with CLONE_INTO_CGROUP");
	if (child == 0)
		_exit(bind_a_port());
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return host_found(try, HOST_NO, "the process that tried ended early");
	if (WEXITSTATUS(status) != EPERM)
		return host_found(try, HOST_NO, "a port was bound all the same");
	return HOST_YES;
}

enum host_state host_try_cgroup_ports(struct host_try *try)
{
	return host_in_cgroup(try, attach_and_bind);
}
