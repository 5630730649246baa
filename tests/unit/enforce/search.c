/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A search finds what is there, nothing else, and does not look at all of it: run here, step by
 * step, as the kernel would. */

#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/program.h"
#include "enforce/search.h"

/* Where it is asked, where it searches, and what it says. */
enum { BEFORE = BPF_REG_2, ASKED_WORD = BPF_REG_5, ASKED_PORT, WORD, PORT, NOTHING = 4711 };

struct asked {
	uint32_t before[ENFORCE_SEARCH_BEFORE], word, port;
};

static void begin(struct enforce_program *program, const void *context,
	const struct enforce_search_item *item, short steps)
{
	enum { COPIES = 4 };

	assert_null(context);
	for (short i = 0; i < ENFORCE_SEARCH_BEFORE; i++)
		enforce_program_skip(program, BPF_JNE, (unsigned char)(BEFORE + i), item->before[i],
			(short)(steps + COPIES + ENFORCE_SEARCH_BEFORE - 1 - i));
	enforce_program_copy_apart(program, WORD, ASKED_WORD);
	enforce_program_copy_apart(program, PORT, ASKED_PORT);
}

static void found(struct enforce_program *program, const void *context,
	const struct enforce_search_item *item)
{
	assert_null(context);
	enforce_program_set(program, BPF_REG_0, item->found);
	enforce_program_end(program);
}

static struct enforce_program search_among(
	struct arena *arena, const struct enforce_search_item *items, size_t count)
{
	static const struct enforce_search search = {WORD, PORT, begin, found, NULL};
	struct enforce_search_item *sorted = arena_alloc(arena, (count + 1) * sizeof(*items));
	struct enforce_program program = {.arena = arena};

	if (count)
		memcpy(sorted, items, count * sizeof(*items));
	enforce_search(&program, &search, sorted, count);
	enforce_program_set(&program, BPF_REG_0, NOTHING);
	enforce_program_end(&program);
	assert_false(program.too_far);
	return program;
}

static bool jumps(const struct bpf_insn *step, uint32_t left)
{
	const uint32_t right = (uint32_t)step->imm;

	switch (BPF_OP(step->code)) {
	case BPF_JNE:
		return left != right;
	case BPF_JGE:
		return left >= right;
	case BPF_JGT:
		return left > right;
	case BPF_JLT:
		return left < right;
	default:
		fail_msg("no such comparison: %x", step->code);
		return false;
	}
}

/* What it says, and after how many steps. */
static uint32_t run(const struct enforce_program *program, const struct asked *asked, size_t *steps)
{
	uint64_t registers[BPF_REG_10] = {[ASKED_WORD] = asked->word, [ASKED_PORT] = asked->port};

	for (size_t i = 0; i < ENFORCE_SEARCH_BEFORE; i++)
		registers[BEFORE + i] = asked->before[i];
	*steps = 0;
	for (size_t at = 0;; at++, (*steps)++) {
		assert_in_range(at, 0, program->count - 1);
		const struct bpf_insn *step = &program->steps[at];
		uint64_t *to = &registers[step->dst_reg];

		if (step->code == (BPF_JMP | BPF_EXIT))
			return (uint32_t)registers[0];
		else if (step->code == (BPF_ALU64 | BPF_MOV | BPF_X))
			*to = registers[step->src_reg];
		else if (step->code == (BPF_ALU | BPF_AND | BPF_K))
			*to = (uint32_t)*to & (uint32_t)step->imm;
		else if (step->code == (BPF_ALU | BPF_MOV | BPF_K))
			*to = (uint32_t)step->imm;
		else if (step->code == (BPF_JMP | BPF_JA) ||
			 (BPF_CLASS(step->code) == BPF_JMP32 && jumps(step, (uint32_t)*to)))
			at += (size_t)step->off;
	}
}

static uint32_t look(
	const struct enforce_search_item *items, size_t count, const struct asked *asked)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(items[i].before, asked->before, sizeof(asked->before)) == 0 &&
			items[i].word == asked->word && items[i].first <= asked->port &&
			asked->port <= items[i].last)
			return items[i].found;
	return NOTHING;
}

/* Ask for each item and for what is next to it: who looks at all of them says the same. */
static size_t compare_ways(
	struct arena *arena, const struct enforce_search_item *items, size_t count)
{
	const struct enforce_program program = search_among(arena, items, count);
	const size_t asked_count = 4U * 7;
	size_t most = 0, hits = 0, steps;

	for (size_t i = 0; i < count; i++) {
		const uint32_t words[] = {items[i].word - 1, items[i].word, items[i].word + 1,
			items[i].word ^ 0x80000000};
		const uint32_t ports[] = {items[i].first - 1, items[i].first,
			(items[i].first + items[i].last) / 2, items[i].last, items[i].last + 1, 0,
			UINT32_MAX};

		for (size_t j = 0; j < 2 * asked_count; j++) {
			struct asked asked = {.word = words[j % 4], .port = ports[j / 4 % 7]};

			memcpy(asked.before, items[i].before, sizeof(asked.before));
			if (j >= asked_count)
				asked.before[i % ENFORCE_SEARCH_BEFORE]++;
			const uint32_t says = run(&program, &asked, &steps);
			if (says != look(items, count, &asked))
				fail_msg("%x port %x: %u, not %u", asked.word, asked.port, says,
					look(items, count, &asked));
			hits += says != NOTHING;
			most = steps > most ? steps : most;
		}
	}
	assert_true(hits >= count);
	return most;
}

static void nothing_is_found_among_none(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct enforce_program program = search_among(arena, NULL, 0);
	const struct asked asked = {.word = 1};
	size_t steps;

	(void)state;
	assert_int_equal(run(&program, &asked, &steps), NOTHING);
}

/* A number is unsigned; neighbours, and the first and the last that there are. */
static void boundaries_are_where_they_are(void **state)
{
	static const uint32_t words[] = {
		0, 1, 2, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	struct enforce_search_item items[2 * WORDS];
	scoped(arena) struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < 2 * WORDS; i++)
		items[i] = (struct enforce_search_item){.before = {0xfd626b68, i / WORDS},
			.word = words[i % WORDS],
			.first = 80,
			.last = 80 + (uint32_t)(i % 3),
			.found = (uint32_t)i};
	for (size_t count = 1; count <= 2 * WORDS; count++)
		compare_ways(arena, items, count);
}

/* Of one address: alone, next to each other, and one within another. */
static void ports_that_say_the_same_are_joined(void **state)
{
	static const struct enforce_search_item items[] = {{{0}, 7, 10, 19, 1}, {{0}, 7, 12, 14, 1},
		{{0}, 7, 20, 30, 1}, {{0}, 7, 32, 32, 1}, {{0}, 7, 0xffff, 0xffff, 1},
		{{0}, 7, 33, 33, 2}, {{0}, 8, 0, 0x11ffff, 1}, {{0}, 8, 12, 13, 1}};
	scoped(arena) struct arena *arena = arena_new();
	size_t all = search_among(arena, items, 8).count, few;

	(void)state;
	compare_ways(arena, items, 8);
	few = search_among(arena, items, 3).count;
	assert_int_equal(few, search_among(arena, &items[3], 1).count + 1);
	assert_true(all > few);
}

static void fill(struct enforce_search_item *items, size_t count, uint32_t ports)
{
	static const uint32_t begins[] = {0xc6120002, 0x7ffffff0, 0xfffff000, 2};

	for (size_t i = 0; i < count; i++) {
		const uint32_t peer = (uint32_t)i / ports;

		/* Some in a row, some apart. */
		items[i] = (struct enforce_search_item){.before = {peer % 2},
			.word = begins[peer % 4] + peer / 4 + peer / 64 * 100,
			.first = 20000 + 2 * ((uint32_t)i % ports),
			.found = peer};
		items[i].last = items[i].first;
	}
}

/* Of many it takes a few steps more than of ten: for many peers, for many ports of one, and for
 * more than a tree holds. */
static void many_are_halved(void **state)
{
	enum { MANY = 6000, FEW = 10 };
	static const uint32_t ports[] = {1, 7, MANY};
	static struct enforce_search_item items[MANY];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		scoped(arena) struct arena *arena = arena_new();

		fill(items, MANY, ports[i]);
		size_t few = compare_ways(arena, items, FEW);
		size_t thousand = compare_ways(arena, items, 1000);
		assert_in_range(thousand, few, few + 40);
		/* Nobody looks at each of so many once more to compare. */
		const struct enforce_program program = search_among(arena, items, MANY);
		for (size_t j = 0; j < MANY; j += 37) {
			struct asked asked = {.word = items[j].word, .port = items[j].first};
			size_t steps;

			memcpy(asked.before, items[j].before, sizeof(asked.before));
			assert_int_equal(run(&program, &asked, &steps), items[j].found);
			assert_true(steps < few + 160);
			asked.port++;
			assert_int_equal(run(&program, &asked, &steps), NOTHING);
		}
	}
}

/* Longer jumps than a step can say are no program, rather than another one. */
static void what_is_too_far_is_not_loaded(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena}, around = {.arena = arena};
	size_t from = enforce_program_leap(&program);

	(void)state;
	for (int i = 0; i < INT16_MAX; i++)
		enforce_program_end(&program);
	enforce_program_land(&program, from);
	assert_false(program.too_far);
	enforce_program_end(&program);
	enforce_program_land(&program, from);
	assert_true(program.too_far);
	enforce_program_append(&around, &program);
	assert_int_equal(
		enforce_program_load(&around, BPF_PROG_TYPE_CGROUP_SOCK, 0, "far"), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_found_among_none),
		cmocka_unit_test(boundaries_are_where_they_are),
		cmocka_unit_test(ports_that_say_the_same_are_joined),
		cmocka_unit_test(many_are_halved),
		cmocka_unit_test(what_is_too_far_is_not_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
