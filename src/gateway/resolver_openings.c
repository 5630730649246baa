/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_openings.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/opening.h"
#include "gateway/resolver.h"

enum { GROUPS = 2048, GROUP = 8, PLACES = GROUPS * GROUP };

enum state { CLOSED, WANTED, ASKED, OPEN };

struct place {
	enum state state;
	struct gateway_opening opening; /* its number: the place's own, and how often it was used */
	int64_t until;                  /* milliseconds */
};

struct gateway_resolver_openings {
	uint64_t seed;
	bool alone;
	size_t first, wanted; /* of the queue */
	size_t asked;         /* and not answered yet */
	uint32_t queue[PLACES];
	struct place places[PLACES];
};

struct gateway_resolver_openings *gateway_resolver_openings(uint64_t seed)
{
	struct gateway_resolver_openings *openings = calloc(1, sizeof(*openings));

	if (openings)
		openings->seed = seed;
	return openings;
}

static size_t group_of(
	const struct gateway_resolver_openings *openings, const struct gateway_opening *wanted)
{
	uint64_t state = openings->seed ^ ((uint64_t)wanted->edge << 8 | wanted->family),
		 part[3] = {0};

	/* The last round is for the highest bits of the one before. */
	memcpy(part, wanted->bytes, sizeof(wanted->bytes));
	for (int i = 0; i < 3; i++) {
		state = (state ^ part[i]) * 0x9e3779b97f4a7c15u;
		state ^= state >> 32;
	}
	return state % GROUPS * GROUP;
}

static bool same(const struct gateway_opening *left, const struct gateway_opening *right)
{
	return left->edge == right->edge && left->family == right->family &&
	       memcmp(left->bytes, right->bytes, sizeof(left->bytes)) == 0;
}

static int64_t end_of(const struct place *place)
{
	return place->state == CLOSED ? 0 : place->until;
}

/* Where @wanted is, or else may be: in the place of what ends first.  NULL: all are busy. */
static struct place *find(
	struct gateway_resolver_openings *openings, const struct gateway_opening *wanted)
{
	struct place *group = &openings->places[group_of(openings, wanted)], *best = NULL;

	for (size_t i = 0; i < GROUP; i++) {
		struct place *place = &group[i];

		if (place->state != CLOSED && same(&place->opening, wanted))
			return place;
		if (place->state == WANTED || place->state == ASKED)
			continue;
		if (!best || end_of(place) < end_of(best))
			best = place;
	}
	return best;
}

static uint32_t number_of(const struct gateway_resolver_openings *openings, struct place *place)
{
	return (place->opening.number / PLACES + 1) * PLACES + (uint32_t)(place - openings->places);
}

int gateway_resolver_openings_want(struct gateway_resolver_openings *openings, uint32_t edge,
	bool wide, const unsigned char *address, uint32_t seconds, int64_t now)
{
	const uint32_t least = seconds < RESOLVER_OPEN_SECONDS ? RESOLVER_OPEN_SECONDS : seconds;
	struct gateway_opening wanted = {.edge = edge, .family = wide ? 6 : 4};

	memcpy(wanted.bytes, address, wide ? 16 : 4);
	struct place *place = find(openings, &wanted);
	if (place && place->state == OPEN && same(&place->opening, &wanted) &&
		place->until >= now + (int64_t)least * 1000)
		return OPENING_DONE;
	if (!place || openings->alone)
		return OPENING_FAILED;
	if (place->state == CLOSED || place->state == OPEN) {
		wanted.number = number_of(openings, place);
		wanted.seconds = least + RESOLVER_GRACE_SECONDS;
		*place = (struct place){.state = WANTED,
			.opening = wanted,
			.until = now + (int64_t)wanted.seconds * 1000};
		openings->queue[(openings->first + openings->wanted++) % PLACES] =
			(uint32_t)(place - openings->places);
	}
	return (int)(place - openings->places);
}

bool gateway_resolver_openings_next(
	const struct gateway_resolver_openings *openings, struct gateway_opening *opening)
{
	if (!openings->wanted || openings->asked == RESOLVER_OPENINGS)
		return false;
	*opening = openings->places[openings->queue[openings->first]].opening;
	return true;
}

void gateway_resolver_openings_sent(struct gateway_resolver_openings *openings)
{
	openings->places[openings->queue[openings->first]].state = ASKED;
	openings->first = (openings->first + 1) % PLACES;
	openings->wanted--;
	openings->asked++;
}

int gateway_resolver_openings_heard(
	struct gateway_resolver_openings *openings, const struct gateway_opened *opened)
{
	struct place *place = &openings->places[opened->number % PLACES];

	if (place->state != ASKED || place->opening.number != opened->number)
		return -1;
	place->state = opened->result == 0 ? OPEN : CLOSED;
	openings->asked--;
	return (int)(place - openings->places);
}

void gateway_resolver_openings_end(struct gateway_resolver_openings *openings)
{
	openings->alone = true;
	openings->wanted = openings->asked = 0;
	for (size_t i = 0; i < PLACES; i++)
		if (openings->places[i].state != OPEN)
			openings->places[i].state = CLOSED;
}
