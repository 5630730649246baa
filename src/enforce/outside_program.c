/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/outside_program.h"

#include <linux/bpf.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "enforce/program.h"
#include "plan/plan.h"

enum { WORDS = 4, SCRATCH = BPF_REG_8 };

/* A range as the words of an address and those of their bits that count. */
struct match {
	uint32_t values[WORDS], masks[WORDS];
	size_t words;
};

void enforce_program_load_peer(struct enforce_program *program, bool wide)
{
	const size_t first = wide ? offsetof(struct bpf_sock_addr, user_ip6)
				  : offsetof(struct bpf_sock_addr, user_ip4);

	for (size_t i = 0; i < (wide ? WORDS : 1); i++)
		enforce_program_load_field(
			program, (unsigned char)(BPF_REG_2 + i), first + i * sizeof(uint32_t));
	enforce_program_load_field(program, BPF_REG_6, offsetof(struct bpf_sock_addr, user_port));
	enforce_program_turn_port(program, BPF_REG_6);
	enforce_program_load_field(program, BPF_REG_7, offsetof(struct bpf_sock_addr, protocol));
}

static struct match match_of(const struct prefix *prefix, bool wide)
{
	unsigned char values[16] = {[10] = 0xff, [11] = 0xff}, masks[16] = {0};
	const bool dressed = wide && prefix->family == AF_INET;
	const unsigned first = dressed ? 96 : 0;
	struct match match = {.words = wide ? WORDS : 1};

	memcpy(values + first / 8, prefix->bytes, prefix->family == AF_INET ? 4 : 16);
	for (unsigned bit = 0; bit < first + prefix->bits; bit++)
		masks[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	memcpy(match.values, values, sizeof(values));
	memcpy(match.masks, masks, sizeof(masks));
	return match;
}

static short steps_of(const struct match *match)
{
	short steps = 0;

	for (size_t i = 0; i < match->words; i++)
		steps = (short)(steps + (!match->masks[i]                       ? 0
						: match->masks[i] == UINT32_MAX ? 1
										: 3));
	return steps;
}

/* When the address is another one, leave out @steps that follow these. */
static void skip_others(struct enforce_program *program, const struct match *match, short steps)
{
	short rest = (short)(steps_of(match) + steps);

	for (size_t i = 0; i < match->words; i++) {
		unsigned char word = (unsigned char)(BPF_REG_2 + i);

		if (!match->masks[i])
			continue;
		if (match->masks[i] != UINT32_MAX) {
			enforce_program_copy(program, SCRATCH, word);
			enforce_program_mask(program, SCRATCH, match->masks[i]);
			word = SCRATCH;
			rest = (short)(rest - 2);
		}
		rest = (short)(rest - 1);
		enforce_program_skip(program, BPF_JNE, word, match->values[i], rest);
	}
}

void enforce_program_outside(struct enforce_program *program, const struct plan *plan,
	const struct plan_outside *outside, bool wide)
{
	struct prefix range, specials[PLAN_OUTSIDE_SPECIALS];
	const size_t count = plan_outside_ranges(plan, outside, &range, specials);
	const struct match match = match_of(&range, wide);
	short rest = 1;

	if (!wide && range.family == AF_INET6)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct match special = match_of(&specials[i], wide);

		rest = (short)(rest + steps_of(&special) + 1);
	}
	const short all = (short)(steps_of(&match) + rest);
	enforce_program_skip(program, BPF_JNE, BPF_REG_7, IPPROTO_TCP, (short)(all + 2));
	enforce_program_skip(program, BPF_JLT, BPF_REG_6, outside->first, (short)(all + 1));
	enforce_program_skip(program, BPF_JGT, BPF_REG_6, outside->last, all);
	skip_others(program, &match, rest);
	for (size_t i = 0; i < count; i++) {
		const struct match special = match_of(&specials[i], wide);

		rest = (short)(rest - steps_of(&special) - 1);
		skip_others(program, &special, 1);
		enforce_program_jump(program, rest);
	}
	enforce_program_end(program);
}
