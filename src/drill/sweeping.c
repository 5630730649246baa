/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/sweeping.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/fault.h"
#include "drill/batch.h"
#include "drill/class.h"
#include "drill/depth.h"
#include "drill/launch.h"
#include "drill/verdict.h"
#include "drill/world.h"
#include "plan/depth.h"

/* What all of them answered without some layers. */
struct drill_swept_off {
	unsigned off;
	struct drill_answer *answers; /* one for each item; NULL: there was no launch */
	const char *text;             /* why not */
};

struct again {
	struct drill_sweeping *sweeping;
	size_t index;
	const struct drill_answer *control;
};

static int launch(
	const struct drill_sweeping *sweeping, const struct drill_item *items, struct fault *why)
{
	char group[96];
	int error = 0;

	drill_launch_group(sweeping->world, sweeping->service, false, group);
	for (size_t done = 0, more = 0; done < sweeping->count && !error; done += more)
		error = drill_batch(sweeping->world, sweeping->service, group, sweeping->output,
			items + done, sweeping->count - done, &more, why);
	return error;
}

int drill_sweep_launch(const struct drill_sweeping *sweeping, struct fault *why)
{
	return launch(sweeping, sweeping->items, why);
}

static const struct drill_swept_off *without(struct drill_sweeping *sweeping, unsigned off)
{
	struct drill_world *world = sweeping->world;
	struct drill_item items[DRILL_BATCH];
	struct fault why = {0};

	for (size_t i = 0; i < sweeping->off_count; i++)
		if (sweeping->offs[i].off == off)
			return &sweeping->offs[i];
	struct drill_swept_off *next =
		arena_append(world->arena, &sweeping->offs, &sweeping->off_count, sizeof(*next));
	*next = (struct drill_swept_off){.off = off};
	next->answers = arena_alloc(world->arena, sweeping->count * sizeof(*next->answers));
	for (size_t i = 0; i < sweeping->count; i++) {
		items[i] = sweeping->items[i];
		items[i].answer = &next->answers[i];
	}
	world->without |= off;
	int error = launch(sweeping, items, &why);
	world->without = world->options->without;
	if (error) {
		next->answers = NULL;
		next->text = arena_text(world->arena, why.text);
	}
	return next;
}

static int repeat(void *context, unsigned off, struct drill_verdict *verdict, struct fault *why)
{
	const struct again *again = context;
	const struct drill_swept_off *answered = without(again->sweeping, off);

	(void)why;
	if (answered->answers) {
		drill_judge(again->sweeping->service, again->sweeping->items[again->index].attempt,
			again->control, &answered->answers[again->index], verdict);
		return 0;
	}
	verdict->standing = DRILL_VOID;
	snprintf(verdict->text, sizeof(verdict->text), "no launch: %.140s", answered->text);
	return 0;
}

int drill_deepen_swept(struct drill_sweeping *sweeping, size_t index,
	const struct drill_answer *control, const struct drill_verdict *verdict,
	struct drill_depth *depth, struct fault *why)
{
	struct again context = {sweeping, index, control};
	const struct drill_again again = {repeat, &context};
	const struct plan_class *class = drill_class(verdict->category, verdict->attempt);

	if (!sweeping->world->options->depth)
		return 0;
	return drill_measure_depth(verdict, class ? plan_class_layers(class, sweeping->service) : 0,
		&again, depth, why);
}
