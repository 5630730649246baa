/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/try.h"

int host_load_program(const struct bpf_insn *steps, size_t count, int type, int hook)
{
	union bpf_attr attributes = {
		.prog_type = (uint32_t)type,
		.expected_attach_type = (uint32_t)hook,
		.insns = (uint64_t)(uintptr_t)steps,
		.insn_cnt = (uint32_t)count,
		.license = (uint64_t)(uintptr_t) "GPL",
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));

	return fd < 0 ? -errno : fd;
}

int host_attach_program(int folder, int program, int hook, uint32_t flags)
{
	union bpf_attr attributes = {
		.target_fd = (uint32_t)folder,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = (uint32_t)hook,
		.attach_flags = flags,
	};

	return syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes)) < 0 ? -errno : 0;
}
