/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/depth.h"

#include <stdio.h>
#include <string.h>

struct search {
	const struct drill_again *again;
	struct drill_depth *depth;
	unsigned meant, off;
	bool guessed[LAYER_COUNT]; /* of each that holds: no answer has told it */
	struct drill_verdict now;
	struct fault *why;
};

static unsigned bit(enum layer layer)
{
	return 1U << layer;
}

static int make(struct search *search, unsigned off)
{
	search->depth->launches++;
	memset(&search->now, 0, sizeof(search->now));
	return search->again->make(search->again->context, off, &search->now, search->why);
}

/*
 * Those that may say EPERM or EACCES, the likelier first.  The filter has a number
 * of its own; without the view most paths are others, so that it comes late; and
 * a filter of the phase may kill as well.
 */
static bool next_guess(const struct search *search, enum layer *guess)
{
	static const enum layer order[] = {LAYER_LANDLOCK, LAYER_CAPABILITIES, LAYER_IDENTITY,
		LAYER_NAMESPACES, LAYER_LABELS, LAYER_NETWORK, LAYER_RESOURCES, LAYER_EXEC,
		LAYER_VIEW, LAYER_PHASE};
	const unsigned rounds[] = {search->meant, ~0U};

	for (size_t round = 0; round < sizeof(rounds) / sizeof(rounds[0]); round++)
		for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
			*guess = order[i];
			if (bit(*guess) & rounds[round] & ~search->off &&
				(round > 0 || *guess != LAYER_VIEW))
				return true;
		}
	return false;
}

static void add(struct search *search, enum layer layer, enum layer part, bool guessed)
{
	struct drill_depth *depth = search->depth;

	depth->holds[depth->count].layer = layer;
	depth->holds[depth->count].part = part;
	search->guessed[depth->count++] = guessed;
	search->off |= bit(layer);
}

static void drop(struct search *search, size_t index)
{
	struct drill_depth *depth = search->depth;

	depth->count--;
	memmove(&depth->holds[index], &depth->holds[index + 1],
		(depth->count - index) * sizeof(depth->holds[0]));
	memmove(&search->guessed[index], &search->guessed[index + 1],
		(depth->count - index) * sizeof(search->guessed[0]));
}

static bool differs(const struct drill_verdict *one, const struct drill_verdict *other)
{
	return one->measured != other->measured || one->layer != other->layer ||
	       one->answer.error != other->answer.error || one->answer.call != other->answer.call ||
	       one->answer.signal != other->answer.signal;
}

/*
 * Another answer, and it was that one's; the same, and it was not.  Without its view
 * a service finds other paths, or none: then only who had told it is known.
 */
static void judge_last(struct search *search, const struct drill_verdict *before)
{
	const struct drill_verdict *now = &search->now;
	size_t last = search->depth->count - 1;
	bool lost = search->guessed[last] && search->depth->holds[last].layer == LAYER_VIEW &&
		    now->measured && now->layer == LAYER_VIEW;

	search->guessed[last] = lost || !differs(before, now);
}

/* Leave off what stops it, until nothing does or nothing is known of who does. */
static int peel(struct search *search)
{
	struct drill_depth *depth = search->depth;

	while (search->now.standing == DRILL_STOPPED) {
		const struct drill_verdict *now = &search->now;
		const struct drill_verdict before = *now;
		enum layer guess;

		if (now->measured && !(search->off & bit(now->layer)))
			add(search, now->layer, now->part, false);
		else if (next_guess(search, &guess))
			add(search, guess, guess == LAYER_PHASE ? LAYER_SECCOMP : guess, true);
		else
			break;
		int error = make(search, search->off);
		if (error)
			return error;
		if (now->standing == DRILL_STOPPED)
			judge_last(search, &before);
	}
	depth->end =
		search->now.standing == DRILL_THROUGH ? DRILL_BOTTOM_THROUGH : DRILL_BOTTOM_OPEN;
	if (depth->end == DRILL_BOTTOM_OPEN)
		snprintf(depth->text, sizeof(depth->text), "%s", search->now.text);
	return 0;
}

/*
 * Not all that was left off need have been: what gets through without it being off
 * stays on, so that each of the rest stops the attempt when the others are off.
 * The last guess has shown that already.
 */
static int prove_guesses(struct search *search)
{
	struct drill_depth *depth = search->depth;
	bool through = depth->end == DRILL_BOTTOM_THROUGH, last = true;

	for (size_t i = depth->count; i-- > 0; last = false) {
		unsigned rest = search->off & ~bit(depth->holds[i].layer);

		if (!search->guessed[i] || (last && through))
			continue;
		int error = through ? make(search, rest) : 0;
		if (error)
			return error;
		if (through && search->now.standing == DRILL_STOPPED)
			continue;
		search->off = rest;
		drop(search, i);
	}
	return 0;
}

int drill_measure_depth(const struct drill_verdict *first, unsigned meant,
	const struct drill_again *again, struct drill_depth *depth, struct fault *why)
{
	struct search search = {
		.again = again, .depth = depth, .meant = meant, .now = *first, .why = why};

	*depth = (struct drill_depth){0};
	if (first->standing != DRILL_STOPPED)
		return 0;
	int error = peel(&search);
	return error ? error : prove_guesses(&search);
}

size_t drill_parts(const struct drill_depth *depth)
{
	unsigned seen = 0;
	size_t count = 0;

	for (size_t i = 0; i < depth->count; i++) {
		count += !(seen & bit(depth->holds[i].part));
		seen |= bit(depth->holds[i].part);
	}
	return count;
}

unsigned drill_holding(const struct drill_depth *depth)
{
	unsigned layers = 0;

	for (size_t i = 0; i < depth->count; i++)
		layers |= bit(depth->holds[i].layer);
	return layers;
}
