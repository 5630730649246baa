/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Small programs that the kernel runs for the processes of a cgroup: written
 * step by step, loaded, attached alone and for good, and found again.  Register
 * 1 holds what the kernel shows of the socket; the answer is in register 0: 1
 * lets it pass, 0 refuses.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct bpf_insn;

struct enforce_program {
	struct arena *arena;
	struct bpf_insn *steps;
	size_t count;
};

void enforce_program_answer(struct enforce_program *program, int answer);
/* Load the 32 bits at @offset of what register 1 points to. */
void enforce_program_load_field(struct enforce_program *program, unsigned char into, size_t offset);
/* The port in register @what, in the network's order, becomes a number to be compared. */
void enforce_program_turn_port(struct enforce_program *program, unsigned char what);
/* When register @what compares so with @value (BPF_JEQ, BPF_JLT, ...), leave out @steps. */
void enforce_program_skip(struct enforce_program *program, unsigned char compare,
	unsigned char what, uint32_t value, short steps);
void enforce_program_end(struct enforce_program *program);

/* Hand it to the kernel as @type for @hook.  Its descriptor, which the caller closes, or -errno. */
int enforce_program_load(
	const struct enforce_program *program, int type, int hook, const char *name);

/* Attach @program to cgroup @group: one that a killed launcher left has its old program replaced,
 * and no group below may add another.  0 or -errno. */
int enforce_program_attach(int group, int program, int hook);

/* Is @program, or another one of the same instructions, the only one of @group at @hook? */
bool enforce_program_attached(int group, int program, int hook);
