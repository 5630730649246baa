/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where the boxes and bundles of a picture stand, once all of them are known. */

#include <stdlib.h>

#include "analyze/net_layout.h"
#include "base/arena.h"

enum { LEAST_HEIGHT = 44, BETWEEN = 26, PAD = 10, ROUNDS = 4 };

/* Which bundles lead back to a box on the way to them. */
static void find_circles(struct net_layout *layout, struct net_box *box)
{
	box->state = NET_OPEN;
	for (size_t i = 0; i < layout->bundle_count; i++) {
		struct net_bundle *bundle = &layout->bundles[i];

		if (bundle->from != box || !bundle->to || bundle->denied)
			continue;
		bundle->back = bundle->to->state == NET_OPEN;
		if (bundle->to->state == NET_NEW)
			find_circles(layout, bundle->to);
	}
	box->state = NET_DONE;
}

static bool push_right(struct net_bundle *bundle)
{
	if (!bundle->to || bundle->denied || bundle->back ||
		bundle->to->column > bundle->from->column)
		return false;
	bundle->to->column = bundle->from->column + 1;
	return true;
}

/* As far to the right as the longest way there. */
static void choose_columns(struct net_layout *layout)
{
	bool moved = true;

	for (size_t i = 0; i < layout->box_count; i++)
		if (layout->boxes[i].state == NET_NEW)
			find_circles(layout, &layout->boxes[i]);
	while (moved) {
		moved = false;
		for (size_t i = 0; i < layout->bundle_count; i++)
			moved |= push_right(&layout->bundles[i]);
	}
	/* Whom nobody may reach, and who is no service, stands behind who tried. */
	for (size_t i = 0; i < layout->bundle_count; i++) {
		struct net_bundle *bundle = &layout->bundles[i];

		if (bundle->denied && bundle->to && !bundle->to->service && !bundle->to->column)
			bundle->to->column = bundle->from->column + 1;
	}
}

static int text_height(const struct net_bundle *bundle)
{
	return (int)bundle->text_count * NET_LINE + PAD;
}

static void measure(struct net_layout *layout)
{
	for (size_t i = 0; i < layout->bundle_count; i++) {
		struct net_bundle *bundle = &layout->bundles[i];

		bundle->from->out += text_height(bundle);
		if (bundle->to)
			bundle->to->ins++;
	}
	for (size_t i = 0; i < layout->box_count; i++) {
		struct net_box *box = &layout->boxes[i];
		const int in = (int)box->ins * NET_LINE + PAD;

		box->height = box->out > in ? box->out : in;
		if (box->height < LEAST_HEIGHT)
			box->height = LEAST_HEIGHT;
	}
}

static int by_weight(const void *left, const void *right)
{
	const struct net_box *one = *(struct net_box *const *)left;
	const struct net_box *other = *(struct net_box *const *)right;

	return one->weight != other->weight ? (one->weight < other->weight ? -1 : 1)
	       : one < other                ? -1
					    : 1;
}

static size_t column_of(struct net_layout *layout, size_t column, struct net_box **boxes)
{
	size_t count = 0;

	for (size_t i = 0; i < layout->box_count; i++)
		if (layout->boxes[i].column == column)
			boxes[count++] = &layout->boxes[i];
	return count;
}

/* Each column from above to below, in the order of the weights. */
static void stack_columns(struct net_layout *layout, struct net_box **boxes)
{
	layout->height = 0;
	for (size_t column = 0; column < layout->box_count; column++) {
		size_t count = column_of(layout, column, boxes);
		int y = NET_HEAD;

		qsort(boxes, count, sizeof(*boxes), by_weight);
		for (size_t i = 0; i < count; i++) {
			boxes[i]->x = NET_EDGE + (int)column * (NET_BOX + NET_GAP);
			boxes[i]->y = y;
			y += boxes[i]->height + BETWEEN;
			if (boxes[i]->x + NET_BOX + NET_EDGE > layout->width)
				layout->width = boxes[i]->x + NET_BOX + NET_EDGE;
		}
		if (y > layout->height)
			layout->height = y;
	}
}

/* Who is led to from above stands above. */
static void weigh(struct net_layout *layout)
{
	for (size_t i = 0; i < layout->box_count; i++) {
		struct net_box *box = &layout->boxes[i];
		long sum = 0, count = 0;

		for (size_t j = 0; j < layout->bundle_count; j++)
			if (layout->bundles[j].to == box && layout->bundles[j].from != box) {
				sum += layout->bundles[j].from->y;
				count++;
			}
		box->weight = count ? sum / count : box->y;
	}
}

/* Bundles by where they begin, then by where they lead to, refused ones below. */
static int by_source(const void *left, const void *right)
{
	const struct net_bundle *one = left, *other = right;
	const int heights[2] = {one->to ? one->to->y : 0, other->to ? other->to->y : 0};

	if (one->from != other->from)
		return one->from < other->from ? -1 : 1;
	if (one->denied != other->denied)
		return one->denied ? 1 : -1;
	return heights[0] != heights[1] ? (heights[0] < heights[1] ? -1 : 1)
	       : one->to < other->to    ? -1
					: 1;
}

static int by_height(const void *left, const void *right)
{
	const struct net_bundle *one = *(struct net_bundle *const *)left;
	const struct net_bundle *other = *(struct net_bundle *const *)right;

	return one->leaves != other->leaves ? (one->leaves < other->leaves ? -1 : 1)
	       : one < other                ? -1
					    : 1;
}

/* One after the other: where they leave with room for their text, where they arrive in the order in
 * which they come. */
static void choose_heights(struct net_layout *layout, struct arena *arena)
{
	struct net_bundle **arriving =
		arena_alloc(arena, (layout->bundle_count + 1) * sizeof(struct net_bundle *));

	for (size_t i = 0; i < layout->box_count; i++)
		layout->boxes[i].out = layout->boxes[i].in = 0;
	if (layout->bundle_count)
		qsort(layout->bundles, layout->bundle_count, sizeof(*layout->bundles), by_source);
	for (size_t i = 0; i < layout->bundle_count; i++) {
		struct net_bundle *bundle = &layout->bundles[i];

		bundle->from->out += text_height(bundle);
		bundle->leaves = bundle->from->y + bundle->from->out - PAD / 2;
		arriving[i] = bundle;
	}
	qsort(arriving, layout->bundle_count, sizeof(struct net_bundle *), by_height);
	for (size_t i = 0; i < layout->bundle_count; i++) {
		struct net_box *to = arriving[i]->to;

		if (to)
			arriving[i]->arrives = to->y + to->height * ++to->in / ((int)to->ins + 1);
	}
}

void analyze_net_place(struct net_layout *layout, struct arena *arena)
{
	struct net_box **boxes =
		arena_alloc(arena, (layout->box_count + 1) * sizeof(struct net_box *));

	choose_columns(layout);
	measure(layout);
	for (int i = 0; i < ROUNDS; i++) {
		stack_columns(layout, boxes);
		weigh(layout);
	}
	stack_columns(layout, boxes);
	choose_heights(layout, arena);
}
