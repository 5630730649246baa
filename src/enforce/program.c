/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/program.h"

#include <linux/bpf.h>
#include <stdint.h>

#include "base/arena.h"

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

void enforce_program_turn_word(struct enforce_program *program, unsigned char what)
{
	add(program,
		(struct bpf_insn){
			.code = BPF_ALU | BPF_END | BPF_TO_BE, .dst_reg = what & 15, .imm = 32});
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

void enforce_program_jump(struct enforce_program *program, short steps)
{
	add(program, (struct bpf_insn){.code = BPF_JMP | BPF_JA, .off = steps});
}

size_t enforce_program_branch(
	struct enforce_program *program, unsigned char compare, unsigned char what, uint32_t value)
{
	enforce_program_skip(program, compare, what, value, 0);
	return program->count - 1;
}

size_t enforce_program_leap(struct enforce_program *program)
{
	enforce_program_jump(program, 0);
	return program->count - 1;
}

void enforce_program_land(struct enforce_program *program, size_t from)
{
	const size_t steps = program->count - from - 1;

	program->too_far |= steps > INT16_MAX;
	program->steps[from].off = (short)steps;
}

void enforce_program_skip_others(struct enforce_program *program, unsigned char scratch,
	unsigned char what, uint32_t first, uint32_t last, short steps)
{
	const bool one = first == last;

	enforce_program_copy(program, scratch, what);
	add(program, (struct bpf_insn){.code = BPF_ALU | (one ? BPF_XOR : BPF_SUB) | BPF_K,
			     .dst_reg = scratch & 15,
			     .imm = (int)first});
	enforce_program_skip(program, one ? BPF_JEQ : BPF_JLE, scratch, one ? 0 : last - first, 1);
	enforce_program_jump(program, steps);
}

void enforce_program_end(struct enforce_program *program)
{
	add(program, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
}

void enforce_program_copy(struct enforce_program *program, unsigned char into, unsigned char from)
{
	add(program, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
			     .dst_reg = into & 15,
			     .src_reg = from & 15});
}

void enforce_program_begin(struct enforce_program *program)
{
	enforce_program_copy(program, BPF_REG_6, BPF_REG_1);
}

void enforce_program_load_address(
	struct enforce_program *program, unsigned char into, size_t offset)
{
	add(program, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_DW,
			     .dst_reg = into & 15,
			     .src_reg = BPF_REG_1,
			     .off = (short)offset});
}

void enforce_program_store_field(struct enforce_program *program, size_t offset, unsigned char from)
{
	add(program, (struct bpf_insn){.code = BPF_STX | BPF_MEM | BPF_W,
			     .dst_reg = BPF_REG_6,
			     .src_reg = from & 15,
			     .off = (short)offset});
}

void enforce_program_load_packet(
	struct enforce_program *program, unsigned char size, uint32_t offset)
{
	add(program, (struct bpf_insn){.code = BPF_LD | BPF_ABS | size, .imm = (int)offset});
}

void enforce_program_mask(struct enforce_program *program, unsigned char what, uint32_t bits)
{
	add(program,
		(struct bpf_insn){
			.code = BPF_ALU | BPF_AND | BPF_K, .dst_reg = what & 15, .imm = (int)bits});
}

void enforce_program_pair(
	struct enforce_program *program, unsigned char into, unsigned char high, unsigned char low)
{
	enforce_program_copy(program, into, high);
	add(program, (struct bpf_insn){
			     .code = BPF_ALU | BPF_LSH | BPF_K, .dst_reg = into & 15, .imm = 16});
	add(program, (struct bpf_insn){.code = BPF_ALU | BPF_OR | BPF_X,
			     .dst_reg = into & 15,
			     .src_reg = low & 15});
}

void enforce_program_copy_apart(
	struct enforce_program *program, unsigned char into, unsigned char from)
{
	enforce_program_copy(program, into, from);
	enforce_program_mask(program, into, UINT32_MAX);
}

void enforce_program_remainder(struct enforce_program *program, uint32_t divisor)
{
	add(program, (struct bpf_insn){.code = BPF_ALU | BPF_MOD | BPF_K, .imm = (int)divisor});
}

void enforce_program_upper(struct enforce_program *program)
{
	add(program, (struct bpf_insn){.code = BPF_ALU64 | BPF_RSH | BPF_K, .imm = 32});
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
	program->too_far |= other->too_far;
}

void enforce_program_keep_value(struct enforce_program *program, short offset, uint32_t value)
{
	add(program, (struct bpf_insn){.code = BPF_ST | BPF_MEM | BPF_W,
			     .dst_reg = BPF_REG_10,
			     .off = offset,
			     .imm = (int)value});
}

static void store(struct enforce_program *program, unsigned char code, unsigned char to,
	short offset, unsigned char from, int operation)
{
	add(program, (struct bpf_insn){.code = BPF_STX | code,
			     .dst_reg = to & 15,
			     .src_reg = from & 15,
			     .off = offset,
			     .imm = operation});
}

void enforce_program_keep(struct enforce_program *program, short offset, unsigned char from)
{
	store(program, BPF_MEM | BPF_W, BPF_REG_10, offset, from, 0);
}

void enforce_program_keep_wide(struct enforce_program *program, short offset, unsigned char from)
{
	enforce_program_store_wide(program, BPF_REG_10, offset, from);
}

void enforce_program_store_wide(
	struct enforce_program *program, unsigned char to, short offset, unsigned char from)
{
	store(program, BPF_MEM | BPF_DW, to, offset, from, 0);
}

void enforce_program_add_wide(
	struct enforce_program *program, unsigned char to, short offset, unsigned char from)
{
	store(program, BPF_ATOMIC | BPF_DW, to, offset, from, BPF_ADD);
}

void enforce_program_frame(struct enforce_program *program, unsigned char into, short offset)
{
	enforce_program_copy(program, into, BPF_REG_10);
	add(program,
		(struct bpf_insn){
			.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = into & 15, .imm = offset});
}

/* Two steps, of which the second holds the upper half. */
void enforce_program_map(struct enforce_program *program, unsigned char into, int map)
{
	add(program, (struct bpf_insn){.code = BPF_LD | BPF_DW | BPF_IMM,
			     .dst_reg = into & 15,
			     .src_reg = BPF_PSEUDO_MAP_FD,
			     .imm = map});
	add(program, (struct bpf_insn){0});
}

void enforce_program_skip_none(struct enforce_program *program, unsigned char what, short steps)
{
	/* All 64 bits, or the kernel's verifier would not take it for that question. */
	add(program,
		(struct bpf_insn){
			.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = what & 15, .off = steps});
}
