/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Small programs that the kernel runs for the processes of a cgroup, or for the
 * packets of a link: written step by step, loaded, attached alone and for good,
 * and found again.  Register 1 holds what the kernel shows (of a socket, say); the
 * answer is in register 0: for a cgroup 1 lets it pass and 0 refuses.
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
	int refusals; /* descriptor of the map where it records what it refuses
			 (enforce/refusals.h), or that it asks (enforce/answers.h) */
	bool too_far; /* some jump is longer than a step can say: it cannot be loaded */
};

void enforce_program_answer(struct enforce_program *program, int answer);
/* Load the 32 bits at @offset of what register 1 points to. */
void enforce_program_load_field(struct enforce_program *program, unsigned char into, size_t offset);
/* The port in register @what, in the network's order, becomes a number to be compared. */
void enforce_program_turn_port(struct enforce_program *program, unsigned char what);
/* The same of 32 bits, either way round. */
void enforce_program_turn_word(struct enforce_program *program, unsigned char what);
/* When register @what compares so with @value (BPF_JEQ, BPF_JLT, ...), leave out @steps. */
void enforce_program_skip(struct enforce_program *program, unsigned char compare,
	unsigned char what, uint32_t value, short steps);
/* Leave out @steps. */
void enforce_program_jump(struct enforce_program *program, short steps);
/* Both of them when what is left out has not been written yet: where enforce_program_land() is told
 * of the number that they return. */
size_t enforce_program_branch(
	struct enforce_program *program, unsigned char compare, unsigned char what, uint32_t value);
size_t enforce_program_leap(struct enforce_program *program);
void enforce_program_land(struct enforce_program *program, size_t from);
/*
 * When the number in register @what is not from @first to @last, leave out @steps that follow
 * these; register @scratch is lost.  For programs of hundreds of comparisons: the kernel's verifier
 * learns nothing of @what by them, or it would follow how what it knows goes together; and what is
 * left out comes first for it, or it would keep each of these places in mind, of which it has some
 * 8000.
 */
enum { ENFORCE_PROGRAM_SKIP_OTHERS = 4 };
void enforce_program_skip_others(struct enforce_program *program, unsigned char scratch,
	unsigned char what, uint32_t first, uint32_t last, short steps);
void enforce_program_end(struct enforce_program *program);

/* Register 6 keeps what register 1 holds at first: calls lose registers 0 to 5.  To read packets it
 * has to. */
void enforce_program_begin(struct enforce_program *program);
/* The number of @size (BPF_B, BPF_H, BPF_W) at @offset of the packet into register 0, which loses
 * registers 1 to 5.  Of a packet that is shorter the answer is 0: nothing is done with it here. */
void enforce_program_load_packet(
	struct enforce_program *program, unsigned char size, uint32_t offset);
/* Of register @what only these bits. */
void enforce_program_mask(struct enforce_program *program, unsigned char what, uint32_t bits);
/* Of register 0 what is left when it is divided by @divisor. */
void enforce_program_remainder(struct enforce_program *program, uint32_t divisor);
/* Two numbers of 16 bits each, in registers @high and @low, become one. */
void enforce_program_pair(
	struct enforce_program *program, unsigned char into, unsigned char high, unsigned char low);
/* A copy of 32 bits of which the kernel's verifier does not know that it is one: what it learns of
 * the one it does not take for known of the other. */
void enforce_program_copy_apart(
	struct enforce_program *program, unsigned char into, unsigned char from);
/* Of register 0, of 64 bits, the upper half. */
void enforce_program_upper(struct enforce_program *program);
void enforce_program_copy(struct enforce_program *program, unsigned char into, unsigned char from);
/* Load the address at @offset of what register 1 points to. */
void enforce_program_load_address(
	struct enforce_program *program, unsigned char into, size_t offset);
/* Store register @from as the 32 bits at @offset of what register 6 points to. */
void enforce_program_store_field(
	struct enforce_program *program, size_t offset, unsigned char from);
void enforce_program_set(struct enforce_program *program, unsigned char into, uint32_t value);
/* Call @helper (enum bpf_func_id) with what stands in registers 1 to 5. */
void enforce_program_call(struct enforce_program *program, int helper);
/* Of the frame, of which @offset is below 0: a number there, a register (of 32 bits, or all 64 of
 * it), and the address itself. */
void enforce_program_keep_value(struct enforce_program *program, short offset, uint32_t value);
void enforce_program_keep(struct enforce_program *program, short offset, unsigned char from);
void enforce_program_keep_wide(struct enforce_program *program, short offset, unsigned char from);
void enforce_program_frame(struct enforce_program *program, unsigned char into, short offset);
/* All 64 bits of @from at @offset of what register @to points to, or added to what is there. */
void enforce_program_store_wide(
	struct enforce_program *program, unsigned char to, short offset, unsigned char from);
void enforce_program_add_wide(
	struct enforce_program *program, unsigned char to, short offset, unsigned char from);
/* The map with descriptor @map; whoever has loaded the program may close it. */
void enforce_program_map(struct enforce_program *program, unsigned char into, int map);
/* When register @what is no address, leave out @steps. */
void enforce_program_skip_none(struct enforce_program *program, unsigned char what, short steps);

/* The steps of @other. */
void enforce_program_append(struct enforce_program *program, const struct enforce_program *other);

/* Hand it to the kernel as @type for @hook.  Its descriptor, which the caller closes, or -errno;
 * -E2BIG: it is too long. */
int enforce_program_load(
	const struct enforce_program *program, int type, int hook, const char *name);

/* Attach @program to @target, a cgroup's descriptor or the number of an interface of the caller's
 * network namespace.  A cgroup that a killed launcher left has its old program replaced, and no
 * group below may add another.  0 or -errno. */
int enforce_program_attach(int target, int program, int hook);

/* In the place of the one that is there, in one step, unless it is of the same instructions; of a
 * link that has none, as enforce_program_attach().  0 or -errno. */
int enforce_program_change(int target, int program, int hook);

/*
 * Beside those that others have at the same place.  Ours are known by their @name, which the caller
 * makes so that it is nobody else's; programs named so before are replaced.  0 or -errno; -EPERM:
 * others have one there that wants to be alone.
 */
int enforce_program_join(int target, int program, int hook, const char *name);
/* Those of @name leave. */
int enforce_program_leave(int target, int hook, const char *name);
/* Is @program, or another one of the same instructions, the only one of @name? */
bool enforce_program_joined(int target, int program, int hook, const char *name);

/* The first map of the program at @hook of @target itself: its descriptor, which the caller closes,
 * or -errno; -ENOENT: there is no such program, or it has none. */
int enforce_program_attached_map(int target, int hook);

/* Is there any program at @hook of @target itself? */
bool enforce_program_any(int target, int hook);
/* Is @program, or another one of the same instructions, the only one there? */
bool enforce_program_attached(int target, int program, int hook);
