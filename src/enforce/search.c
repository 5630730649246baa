/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/search.h"

#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/program.h"

/* Of one tree: jumps have 16 bits, and an item takes six steps and what is done when it is found.
 */
enum { MOST_ITEMS = 1024 };

/* Items in a row, and what is known of the number when it comes here: that it is no less than the
 * first one's, and no more than the last one's.  What is known is not asked. */
struct row {
	const struct enforce_search_item *items;
	size_t count;
	bool begun, ended;
};

uint32_t enforce_search_door(enum plan_transport transport, uint32_t port)
{
	return (uint32_t)(transport == PLAN_UDP ? IPPROTO_UDP : IPPROTO_TCP) << 16 | port;
}

static int compare_numbers(uint32_t left, uint32_t right)
{
	return (left > right) - (left < right);
}

static int compare(const void *left, const void *right)
{
	const struct enforce_search_item *one = left, *other = right;
	int order = memcmp(one->before, other->before, sizeof(one->before));

	if (order == 0)
		order = compare_numbers(one->word, other->word);
	if (order == 0)
		order = compare_numbers(one->first, other->first);
	return order ? order : compare_numbers(one->last, other->last);
}

static bool same_address(
	const struct enforce_search_item *one, const struct enforce_search_item *other)
{
	return one->word == other->word &&
	       memcmp(one->before, other->before, sizeof(one->before)) == 0;
}

/* Ports that overlap, or follow each other, become one item, or halving would miss some.  How many
 * are left. */
static size_t join(struct enforce_search_item *items, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct enforce_search_item *last = kept ? &items[kept - 1] : NULL;

		if (!last || !same_address(last, &items[i]) || last->found != items[i].found ||
			items[i].first > last->last + 1)
			items[kept++] = items[i];
		else if (items[i].last > last->last)
			last->last = items[i].last;
	}
	return kept;
}

/* The steps of @inside, unless the number in register @number is not from @first to @last. */
static void within(struct enforce_program *program, unsigned char number, uint32_t first,
	uint32_t last, const struct row *row, const struct enforce_program *inside)
{
	const short steps = (short)inside->count;

	if (first == last && !row->begun && !row->ended) {
		enforce_program_skip(program, BPF_JNE, number, first, steps);
	} else {
		if (!row->begun)
			enforce_program_skip(program, BPF_JLT, number, first,
				(short)(row->ended ? steps : steps + 1));
		if (!row->ended)
			enforce_program_skip(program, BPF_JGT, number, last, steps);
	}
	enforce_program_append(program, inside);
}

/* Both halves of @row are written by @write; the second begins with @number, the first ends with
 * @last. */
static void halve(struct enforce_program *program, const struct enforce_search *search,
	const struct row *row, size_t half, unsigned char register_of, uint32_t last,
	uint32_t number,
	void (*write)(struct enforce_program *program, const struct enforce_search *search,
		const struct row *row))
{
	const struct row lower = {row->items, half, row->begun, last + 1 == number};
	const struct row upper = {row->items + half, row->count - half, true, row->ended};

	size_t above = enforce_program_branch(program, BPF_JGE, register_of, number);
	write(program, search, &lower);
	size_t end = enforce_program_leap(program);
	enforce_program_land(program, above);
	write(program, search, &upper);
	enforce_program_land(program, end);
}

/* Of one address. */
static void find_port(
	struct enforce_program *program, const struct enforce_search *search, const struct row *row)
{
	const struct enforce_search_item *items = row->items;
	const size_t half = row->count / 2;

	if (half) {
		halve(program, search, row, half, search->port, items[half - 1].last,
			items[half].first, find_port);
		return;
	}
	struct enforce_program found = {.arena = program->arena};
	search->found(&found, search->context, items);
	within(program, search->port, items->first, items->last, row, &found);
}

/* Where the address in the middle begins, or ends when it begins with @row. */
static size_t middle_of(const struct row *row)
{
	const struct enforce_search_item *items = row->items;
	const size_t middle = row->count / 2;
	size_t begin = middle, end = middle;

	while (begin > 0 && items[begin - 1].word == items[middle].word)
		begin--;
	while (end < row->count && items[end].word == items[middle].word)
		end++;
	return begin ? begin : end;
}

static void find_word(
	struct enforce_program *program, const struct enforce_search *search, const struct row *row)
{
	const struct enforce_search_item *items = row->items;
	const struct row ports = {.items = items, .count = row->count};
	const size_t half = middle_of(row);

	if (half < row->count) {
		halve(program, search, row, half, search->word, items[half - 1].word,
			items[half].word, find_word);
		return;
	}
	struct enforce_program inside = {.arena = program->arena};
	find_port(&inside, search, &ports);
	within(program, search->word, items->word, items->word, row, &inside);
}

/* Those from the first on that one tree holds. */
static size_t row_of(const struct enforce_search_item *items, size_t count)
{
	size_t row = 1;

	while (row < count && row < MOST_ITEMS &&
		memcmp(items[row].before, items->before, sizeof(items->before)) == 0)
		row++;
	return row;
}

void enforce_search(struct enforce_program *program, const struct enforce_search *search,
	struct enforce_search_item *items, size_t count)
{
	if (!count)
		return;
	qsort(items, count, sizeof(*items), compare);
	count = join(items, count);
	for (size_t at = 0; at < count;) {
		struct enforce_program tree = {.arena = program->arena};
		const struct row row = {
			.items = items + at, .count = row_of(items + at, count - at)};

		find_word(&tree, search, &row);
		program->too_far |= tree.count > INT16_MAX;
		search->begin(program, search->context, row.items, (short)tree.count);
		enforce_program_append(program, &tree);
		at += row.count;
	}
}
