/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "plan/seccomp.h"

/* As the kernel does with a program that it would not have loaded. */
#define BROKEN SECCOMP_RET_KILL_PROCESS

static bool holds(const struct sock_filter *instruction, uint32_t accumulator)
{
	switch (BPF_OP(instruction->code)) {
	case BPF_JEQ:
		return accumulator == instruction->k;
	case BPF_JGE:
		return accumulator >= instruction->k;
	case BPF_JGT:
		return accumulator > instruction->k;
	default: /* BPF_JSET */
		return accumulator & instruction->k;
	}
}

uint32_t plan_simulate_steps(const struct plan_filter *filter, uint32_t arch, uint32_t number,
	const uint64_t arguments[6], size_t *steps)
{
	struct seccomp_data data = {.nr = (int)number, .arch = arch};
	uint32_t accumulator = 0;

	memcpy(data.args, arguments, sizeof(data.args));
	*steps = 0;
	for (size_t next = 0; next < filter->count; next++) {
		const struct sock_filter *instruction = &filter->instructions[next];

		++*steps;
		switch (instruction->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (instruction->k % 4 || instruction->k > sizeof(data) - 4)
				return BROKEN;
			memcpy(&accumulator, (const char *)&data + instruction->k, 4);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			accumulator &= instruction->k;
			break;
		case BPF_JMP | BPF_JA:
			next += instruction->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			next += holds(instruction, accumulator) ? instruction->jt : instruction->jf;
			break;
		case BPF_RET | BPF_K:
			return instruction->k;
		default:
			return BROKEN;
		}
	}
	return BROKEN;
}

uint32_t plan_simulate(const struct plan_filter *filter, uint32_t arch, uint32_t number,
	const uint64_t arguments[6])
{
	size_t steps;

	return plan_simulate_steps(filter, arch, number, arguments, &steps);
}
