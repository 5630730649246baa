/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/seccomp_emit.h"

#include <linux/filter.h>
#include <stdbool.h>

#include "base/arena.h"
#include "plan/seccomp.h"

enum { FARTHEST = 255 };

static size_t emit(struct plan_emitter *emitter, struct sock_filter instruction)
{
	struct sock_filter *place =
		arena_append(emitter->arena, &emitter->reversed, &emitter->count, sizeof(*place));

	*place = instruction;
	return emitter->count - 1;
}

/* From an instruction that will stand at @from. */
static size_t distance(size_t from, size_t target)
{
	return from - target - 1;
}

static bool is_return(struct sock_filter instruction)
{
	return instruction.code == (BPF_RET | BPF_K);
}

size_t plan_emit_return(struct plan_emitter *emitter, uint32_t action)
{
	/* Leave room for the branch that comes between, or two stepping stones. */
	for (size_t i = emitter->count; i-- > 0 && emitter->count - i < FARTHEST - 2;)
		if (is_return(emitter->reversed[i]) && emitter->reversed[i].k == action)
			return i;
	return emit(emitter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static size_t stone(struct plan_emitter *emitter, size_t target)
{
	struct sock_filter far = emitter->reversed[target];

	if (is_return(far))
		return emit(emitter, far);
	return emit(emitter, (struct sock_filter)BPF_STMT(
				     BPF_JMP | BPF_JA, (uint32_t)distance(emitter->count, target)));
}

/* Make @target the next instruction. */
static void follow(struct plan_emitter *emitter, size_t target)
{
	if (target != emitter->count - 1)
		stone(emitter, target);
}

size_t plan_emit_load(struct plan_emitter *emitter, uint32_t offset, size_t target)
{
	follow(emitter, target);
	return emit(emitter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

size_t plan_emit_and(struct plan_emitter *emitter, uint32_t mask, size_t target)
{
	follow(emitter, target);
	return emit(emitter, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
}

size_t plan_emit_branch(
	struct plan_emitter *emitter, uint16_t test, uint32_t value, size_t holds, size_t fails)
{
	/* A stone for one target moves the branch one farther from the other. */
	if (distance(emitter->count + 1, holds) > FARTHEST)
		holds = stone(emitter, holds);
	if (distance(emitter->count, fails) > FARTHEST)
		fails = stone(emitter, fails);
	return emit(emitter, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, value,
				     (uint8_t)distance(emitter->count, holds),
				     (uint8_t)distance(emitter->count, fails)));
}

void plan_emit_finish(const struct plan_emitter *emitter, struct plan_filter *filter)
{
	filter->count = emitter->count;
	filter->instructions =
		arena_alloc(emitter->arena, emitter->count * sizeof(filter->instructions[0]));
	for (size_t i = 0; i < emitter->count; i++)
		filter->instructions[i] = emitter->reversed[emitter->count - 1 - i];
}
