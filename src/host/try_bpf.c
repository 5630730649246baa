/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/scoped.h"
#include "host/try.h"

static const char hook[] = "bpf_lsm_file_open";

enum { LARGEST_TYPES = 64 << 20 };

/* Bytes that follow struct btf_type, by kind: once, and for each member. */
static const struct {
	uint32_t once, each;
} after[] = {
	[BTF_KIND_INT] = {4, 0},
	[BTF_KIND_ARRAY] = {sizeof(struct btf_array), 0},
	[BTF_KIND_STRUCT] = {0, sizeof(struct btf_member)},
	[BTF_KIND_UNION] = {0, sizeof(struct btf_member)},
	[BTF_KIND_ENUM] = {0, sizeof(struct btf_enum)},
	[BTF_KIND_FUNC_PROTO] = {0, sizeof(struct btf_param)},
	[BTF_KIND_VAR] = {sizeof(struct btf_var), 0},
	[BTF_KIND_DATASEC] = {0, sizeof(struct btf_var_secinfo)},
	[BTF_KIND_DECL_TAG] = {sizeof(struct btf_decl_tag), 0},
	[BTF_KIND_ENUM64] = {0, sizeof(struct btf_enum64)},
};

static char *read_types(size_t *size)
{
	struct stat status;

	scoped(fd) int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0 || status.st_size > LARGEST_TYPES)
		return NULL;
	char *types = malloc((size_t)status.st_size + 1);
	size_t length = 0;
	while (types && length < (size_t)status.st_size) {
		ssize_t more = read(fd, types + length, (size_t)status.st_size - length);
		if (more <= 0)
			break;
		length += (size_t)more;
	}
	*size = length;
	return types;
}

/* The number of the type that describes the hook's function; 0: none. */
static uint32_t find_hook(const char *data, size_t size)
{
	struct btf_header header;
	uint32_t number = 1;

	if (size < sizeof(header))
		return 0;
	memcpy(&header, data, sizeof(header));
	if (header.magic != BTF_MAGIC || header.hdr_len > size ||
		header.type_len > size - header.hdr_len || header.type_off != 0 ||
		header.str_off > size - header.hdr_len ||
		header.str_len > size - header.hdr_len - header.str_off)
		return 0;
	const char *at = data + header.hdr_len, *end = at + header.type_len;
	const char *names = data + header.hdr_len + header.str_off;
	for (; (size_t)(end - at) >= sizeof(struct btf_type); number++) {
		struct btf_type type;
		memcpy(&type, at, sizeof(type));
		uint32_t kind = BTF_INFO_KIND(type.info);
		if (kind == BTF_KIND_FUNC && type.name_off < header.str_len &&
			header.str_len - type.name_off >= sizeof(hook) &&
			memcmp(names + type.name_off, hook, sizeof(hook)) == 0)
			return number;
		size_t length = sizeof(type);
		if (kind < sizeof(after) / sizeof(after[0]))
			length += after[kind].once + after[kind].each * BTF_INFO_VLEN(type.info);
		if (length > (size_t)(end - at))
			return 0;
		at += length;
	}
	return 0;
}

/* Load `return 0` for the hook; it is never attached. */
static int load(uint32_t type)
{
	struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_LSM,
		.expected_attach_type = BPF_LSM_MAC,
		.attach_btf_id = type,
		.insns = (uint64_t)(uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(program[0]),
		.license = (uint64_t)(uintptr_t) "GPL",
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));

	return fd < 0 ? -errno : fd;
}

enum host_state host_try_bpf_lsm(struct host_try *try)
{
	size_t size = 0;

	if (!try->root)
		return host_found(try, HOST_NOT_TRIED, "needs root to try");
	scoped(memory) char *types = read_types(&size);
	if (!types)
		return host_found(try, HOST_NO, "the kernel does not describe its types (BTF)");
	uint32_t type = find_hook(types, size);
	if (type == 0)
		return host_found(
			try, HOST_NO, "the kernel has no BPF hooks for security decisions");
	scoped(fd) int loaded = load(type);
	if (loaded < 0)
		return host_refused(try, loaded, "the kernel refuses to load a program for a hook");
	return HOST_YES;
}
