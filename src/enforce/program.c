/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/program.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"

static void add(struct enforce_program *program, struct bpf_insn step)
{
	struct bpf_insn *next =
		arena_append(program->arena, &program->steps, &program->count, sizeof(*next));

	*next = step;
}

void enforce_program_answer(struct enforce_program *program, int answer)
{
	add(program,
		(struct bpf_insn){
			.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = answer});
}

void enforce_program_load_field(struct enforce_program *program, unsigned char into, size_t offset)
{
	add(program, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W,
			     .dst_reg = into & 15,
			     .src_reg = BPF_REG_1,
			     .off = (short)offset});
}

void enforce_program_turn_port(struct enforce_program *program, unsigned char what)
{
	add(program,
		(struct bpf_insn){
			.code = BPF_ALU | BPF_END | BPF_TO_BE, .dst_reg = what & 15, .imm = 16});
}

void enforce_program_skip(struct enforce_program *program, unsigned char compare,
	unsigned char what, uint32_t value, short steps)
{
	/* Compared as 32 bits: the value would be widened with its sign. */
	add(program, (struct bpf_insn){.code = BPF_JMP32 | compare | BPF_K,
			     .dst_reg = what & 15,
			     .off = steps,
			     .imm = (int)value});
}

void enforce_program_end(struct enforce_program *program)
{
	add(program, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
}

void enforce_program_begin_packet(struct enforce_program *program)
{
	add(program, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
			     .dst_reg = BPF_REG_6,
			     .src_reg = BPF_REG_1});
}

void enforce_program_load_packet(
	struct enforce_program *program, unsigned char size, uint32_t offset)
{
	add(program, (struct bpf_insn){.code = BPF_LD | BPF_ABS | size, .imm = (int)offset});
}

void enforce_program_mask(struct enforce_program *program, uint32_t bits)
{
	add(program, (struct bpf_insn){.code = BPF_ALU | BPF_AND | BPF_K, .imm = (int)bits});
}

void enforce_program_keep(struct enforce_program *program, unsigned char into)
{
	add(program, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = into & 15});
}

void enforce_program_set(struct enforce_program *program, unsigned char into, uint32_t value)
{
	add(program, (struct bpf_insn){.code = BPF_ALU | BPF_MOV | BPF_K,
			     .dst_reg = into & 15,
			     .imm = (int)value});
}

void enforce_program_call(struct enforce_program *program, int helper)
{
	add(program, (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = helper});
}

void enforce_program_append(struct enforce_program *program, const struct enforce_program *other)
{
	for (size_t i = 0; i < other->count; i++)
		add(program, other->steps[i]);
}

int enforce_program_load(
	const struct enforce_program *program, int type, int hook, const char *name)
{
	union bpf_attr attributes = {
		.prog_type = (uint32_t)type,
		.expected_attach_type = (uint32_t)hook,
		.insns = (uint64_t)(uintptr_t)program->steps,
		.insn_cnt = (uint32_t)program->count,
		.license = (uint64_t)(uintptr_t) "GPL",
	};

	snprintf(attributes.prog_name, sizeof(attributes.prog_name), "%s", name);
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
	return fd < 0 ? -errno : fd;
}

int enforce_program_attach(int target, int program, int hook)
{
	union bpf_attr attributes = {
		.target_fd = (uint32_t)target,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = (uint32_t)hook,
	};

	return syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes)) < 0 ? -errno : 0;
}

/* What the kernel calls a program by its instructions alone. */
struct tag {
	unsigned char bytes[BPF_TAG_SIZE];
};

static bool read_tag(int program, struct tag *tag)
{
	struct bpf_prog_info info = {0};
	union bpf_attr attributes = {.info = {
					     .bpf_fd = (uint32_t)program,
					     .info_len = sizeof(info),
					     .info = (uint64_t)(uintptr_t)&info,
				     }};

	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof(attributes)) < 0)
		return false;
	memcpy(tag->bytes, info.tag, sizeof(tag->bytes));
	return true;
}

/* How many there are, and the number of one; 0 when that cannot be told. */
static uint32_t count_attached(int target, int hook, uint32_t *number)
{
	union bpf_attr query = {.query = {
					.target_fd = (uint32_t)target,
					.attach_type = (uint32_t)hook,
					.prog_ids = (uint64_t)(uintptr_t)number,
					.prog_cnt = 1,
				}};

	/* ENOSPC: more than one. */
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0 && errno != ENOSPC)
		return 0;
	return query.query.prog_cnt;
}

bool enforce_program_any(int target, int hook)
{
	uint32_t number;

	return count_attached(target, hook, &number) > 0;
}

bool enforce_program_attached(int target, int program, int hook)
{
	struct tag wanted, found;
	uint32_t number = 0;

	if (!read_tag(program, &wanted) || count_attached(target, hook, &number) != 1)
		return false;
	union bpf_attr attributes = {.prog_id = number};
	scoped(fd) int attached =
		(int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attributes, sizeof(attributes));
	return attached >= 0 && read_tag(attached, &found) &&
	       memcmp(&wanted, &found, sizeof(wanted)) == 0;
}
