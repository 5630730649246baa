/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Emit classic BPF from its end to its beginning, so that every jump target is
 * known when the jump is made.
 *
 * A position counts instructions from the end of the program.  Conditional
 * jumps reach 255 instructions: a target farther away gets a stepping stone
 * (a copy of a return, else a long jump) in front of the jump.
 */

#include <stddef.h>
#include <stdint.h>

struct arena;
struct plan_filter;
struct sock_filter;

struct plan_emitter {
	struct arena *arena;
	struct sock_filter *reversed;
	size_t count;
};

/* Return @action; the last return of the same action is used again while it is near. */
size_t plan_emit_return(struct plan_emitter *emitter, uint32_t action);

/* Go on at @target after loading the 32 bits at @offset of struct seccomp_data. */
size_t plan_emit_load(struct plan_emitter *emitter, uint32_t offset, size_t target);
size_t plan_emit_and(struct plan_emitter *emitter, uint32_t mask, size_t target);

/* @test is BPF_JEQ or BPF_JGE against @value. */
size_t plan_emit_branch(
	struct plan_emitter *emitter, uint16_t test, uint32_t value, size_t holds, size_t fails);

/* Turn the program round, beginning with the instruction emitted last. */
void plan_emit_finish(const struct plan_emitter *emitter, struct plan_filter *filter);
