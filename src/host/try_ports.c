/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scoped.h"
#include "host/try.h"

/* What a launch holds: the ports, devices and sockets of a service, and where an outlet connects
 * to. */
static const struct {
	enum bpf_prog_type type;
	enum bpf_attach_type hook;
	uint32_t but; /* what the first word that it is shown may be, or 0: nothing */
	short at;     /* where that word is */
} programs[] = {
	{BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, 0, offsetof(struct bpf_sock, type)},
	{BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 0, 0},
	{BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, SOCK_STREAM,
		offsetof(struct bpf_sock, type)},
	{BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, 0, 0},
};

/* "No" to everything but one. */
static int load(size_t which)
{
	enum bpf_prog_type type = programs[which].type;
	enum bpf_attach_type hook = programs[which].hook;
	const struct bpf_insn program[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_W,
			.dst_reg = BPF_REG_2,
			.src_reg = BPF_REG_1,
			.off = programs[which].at},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
		{.code = BPF_JMP32 | BPF_JEQ | BPF_K,
			.dst_reg = BPF_REG_2,
			.off = 1,
			.imm = programs[which].but ? (int)programs[which].but : -1},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return host_load_program(program, sizeof(program) / sizeof(program[0]), type, hook);
}

static const char *const found[] = {
	"a port was bound", "a port was connected to", "a socket was made", "a device was opened"};

/* The first that is not refused, by its place among @found from 1 on; 0: none. */
static int use_all(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	scoped(fd) int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	scoped(fd) int device = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno != EPERM)
		return 1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno != EPERM)
		return 2;
	if (other >= 0)
		return 3;
	return device >= 0 ? 4 : 0;
}

static enum host_state attach(struct host_try *try, int folder)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		scoped(fd) int program = load(i);

		if (program < 0)
			return host_refused(try, program, "the kernel refuses to load a program");
		int error = host_attach_program(folder, program, programs[i].hook, 0);
		if (error < 0)
			return host_refused(try, error, "a cgroup takes no program");
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
		_exit(use_all());
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return host_found(try, HOST_NO, "the process that tried ended early");
	if (WEXITSTATUS(status) != 0)
		return host_found(try, HOST_NO, "%s all the same", found[WEXITSTATUS(status) - 1]);
	return HOST_YES;
}

enum host_state host_try_cgroup_ports(struct host_try *try)
{
	return host_in_cgroup(try, attach_and_use);
}
