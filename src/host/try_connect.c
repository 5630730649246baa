/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scoped.h"
#include "host/try.h"

/* Whoever connects is led to @port, as it travels, if he is in some network namespace. */
static int load(uint16_t port)
{
	const struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_6, .src_reg = BPF_REG_1},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_netns_cookie},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_0, .off = 2},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = port},
		{.code = BPF_STX | BPF_MEM | BPF_W,
			.dst_reg = BPF_REG_6,
			.src_reg = BPF_REG_2,
			.off = offsetof(struct bpf_sock_addr, user_port)},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return host_load_program(program, sizeof(program) / sizeof(program[0]),
		BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT);
}

/* On some port of the loopback. */
static int listen_somewhere(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, length) < 0 || listen(fd, 1) < 0 ||
		getsockname(fd, (struct sockaddr *)address, &length) < 0)
		return -errno;
	return take_fd(&fd);
}

/* To port 0, on which nobody can listen. */
static int connect_beside(struct sockaddr_in address)
{
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = 0;
	return fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? 0
											       : 1;
}

static enum host_state lead(struct host_try *try, int folder)
{
	struct sockaddr_in address;
	int status = 0;
	scoped(fd) int listener = listen_somewhere(&address);
	scoped(fd) int program = load(address.sin_port);

	if (listener < 0)
		return host_refused(try, listener, "a port of the loopback");
	if (program < 0)
		return host_refused(try, program, "the kernel refuses to load a program");
	int error =
		host_attach_program(folder, program, BPF_CGROUP_INET4_CONNECT, BPF_F_ALLOW_MULTI);
	if (error < 0)
		return host_refused(try, error, "a cgroup takes no program beside others");
	pid_t child = host_clone(0, NULL, folder);
	if (child < 0)
		return host_refused(try, child, "clone3 with CLONE_INTO_CGROUP");
	if (child == 0)
		_exit(connect_beside(address));
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return host_found(try, HOST_NO, "who connects is led nowhere");
	return HOST_YES;
}

/* At the root of the cgroups, where nothing is tried: others' programs are there. */
static bool root_is_taken(const struct host_try *try, int hook)
{
	scoped(fd) int root = open(try->host->cgroup2, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	union bpf_attr query = {
		.query = {.target_fd = (uint32_t)root, .attach_type = (uint32_t)hook}};

	return root >= 0 && syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) == 0 &&
	       query.query.prog_cnt > 0 && !(query.query.attach_flags & BPF_F_ALLOW_MULTI);
}

static enum host_state lead_and_look(struct host_try *try, int folder)
{
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t cookie;
	socklen_t length = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) < 0)
		return host_refused(try, errno, "SO_NETNS_COOKIE");
	if (root_is_taken(try, BPF_CGROUP_INET4_CONNECT) ||
		root_is_taken(try, BPF_CGROUP_INET6_CONNECT))
		return host_found(try, HOST_NO,
			"a program at the root of the cgroups wants to be the only one");
	return lead(try, folder);
}

enum host_state host_try_door_connect(struct host_try *try)
{
	return host_in_cgroup(try, lead_and_look);
}
