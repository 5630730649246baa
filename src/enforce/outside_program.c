/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/outside_program.h"

#include <linux/bpf.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "base/text.h"
#include "enforce/program.h"
#include "plan/plan.h"

enum { WORDS = 4, SCRATCH = BPF_REG_8, OTHER_SCRATCH = BPF_REG_9, MASK_STEPS = 2 };

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
	const short some = MASK_STEPS + ENFORCE_PROGRAM_SKIP_OTHERS;
	short steps = 0;

	for (size_t i = 0; i < match->words; i++)
		steps = (short)(steps + (!match->masks[i] ? 0
						: match->masks[i] == UINT32_MAX
							? ENFORCE_PROGRAM_SKIP_OTHERS
							: some));
	return steps;
}

/* When the address is another one, leave out @steps that follow these. */
static void skip_others(struct enforce_program *program, const struct match *match, short steps)
{
	short rest = (short)(steps_of(match) + steps);

	/* Addresses differ in the last of their words. */
	for (size_t i = match->words; i-- > 0;) {
		unsigned char word = (unsigned char)(BPF_REG_2 + i);

		if (!match->masks[i])
			continue;
		if (match->masks[i] != UINT32_MAX) {
			enforce_program_copy(program, SCRATCH, word);
			enforce_program_mask(program, SCRATCH, match->masks[i]);
			word = SCRATCH;
			rest = (short)(rest - MASK_STEPS);
		}
		rest = (short)(rest - ENFORCE_PROGRAM_SKIP_OTHERS);
		enforce_program_skip_others(
			program, OTHER_SCRATCH, word, match->values[i], match->values[i], rest);
	}
}

static void write_ranges(struct enforce_program *program, const struct plan_outside *outside,
	const struct plan_ranges *ranges, bool wide)
{
	const struct match match = match_of(&ranges->range, wide);
	const uint32_t protocol = outside->transport == PLAN_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	const size_t count = ranges->special_count;
	short rest = 1;

	for (size_t i = 0; i < count; i++) {
		const struct match special = match_of(&ranges->specials[i], wide);

		rest = (short)(rest + steps_of(&special) + 1);
	}
	const short all = (short)(steps_of(&match) + rest);
	enforce_program_skip_others(program, SCRATCH, BPF_REG_7, protocol, protocol,
		(short)(all + ENFORCE_PROGRAM_SKIP_OTHERS));
	enforce_program_skip_others(
		program, SCRATCH, BPF_REG_6, outside->first, outside->last, all);
	skip_others(program, &match, rest);
	for (size_t i = 0; i < count; i++) {
		const struct match special = match_of(&ranges->specials[i], wide);

		rest = (short)(rest - steps_of(&special) - 1);
		skip_others(program, &special, 1);
		enforce_program_jump(program, rest);
	}
	enforce_program_end(program);
}

void enforce_program_range(struct enforce_program *program, const struct plan *plan,
	const struct plan_outside *outside, bool wide)
{
	struct plan_ranges ranges;

	if (plan_outside_ranges(plan, outside, AF_INET, &ranges))
		write_ranges(program, outside, &ranges, wide);
	if (wide && plan_outside_ranges(plan, outside, AF_INET6, &ranges))
		write_ranges(program, outside, &ranges, wide);
}

/* All names are one here: what they may be is said of their ports. */
static bool means_the_same(const struct plan_outside *one, const struct plan_outside *other)
{
	return one->transport == other->transport && one->first == other->first &&
	       one->last == other->last && text_equal(one->range, other->range);
}

void enforce_program_outside(
	struct enforce_program *program, const struct plan *plan, const char *from, bool wide)
{
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];
		bool said = from && !text_equal(outside->from, from);

		for (size_t j = 0; j < i && !said; j++)
			said = (!from || text_equal(plan->outsides[j].from, from)) &&
			       means_the_same(&plan->outsides[j], outside);
		if (!said)
			enforce_program_range(program, plan, outside, wide);
	}
}

void enforce_program_address(struct enforce_program *program, const char *address, uint32_t first,
	uint32_t last, bool wide)
{
	struct prefix peer;

	if (!address || !prefix_parse(address, strlen(address), &peer) ||
		(!wide && peer.family == AF_INET6))
		return;
	const struct match match = match_of(&peer, wide);
	skip_others(program, &match, ENFORCE_PROGRAM_SKIP_OTHERS + 1);
	enforce_program_skip_others(program, SCRATCH, BPF_REG_6, first, last, 1);
	enforce_program_end(program);
}
