/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/deepen.h"

#include <stdio.h>

#include "base/fault.h"
#include "drill/class.h"
#include "drill/depth.h"
#include "drill/keeper.h"
#include "drill/single.h"
#include "drill/world.h"
#include "plan/depth.h"

struct repeated {
	struct drill_world *world;
	const struct plan_service *service;
	int output;
	const struct drill_attempt *attempt;
	const struct drill_arguments *arguments;
	const struct drill_answer *control;
};

/* The attempt once more, without @off.  Its launch as a whole may need what is left off: then no
 * more can be shown. */
static int repeat(void *context, unsigned off, struct drill_verdict *verdict, struct fault *why)
{
	const struct repeated *repeated = context;
	struct drill_world *world = repeated->world;
	struct drill_answer answer;
	struct fault failed = {0};

	(void)why;
	world->without |= off;
	int error = drill_single(world, repeated->service, repeated->output, repeated->attempt,
		repeated->arguments, &answer, &failed);
	world->without = world->options->without;
	if (!error) {
		drill_judge(
			repeated->service, repeated->attempt, repeated->control, &answer, verdict);
		/* A filter may let it make a file and not remove it: the next would find that. */
		if (verdict->standing == DRILL_THROUGH)
			drill_sweep(world);
		return 0;
	}
	verdict->standing = DRILL_VOID;
	snprintf(verdict->text, sizeof(verdict->text), "no launch: %.140s", failed.text);
	return 0;
}

int drill_deepen(struct drill_world *world, const struct plan_service *service, int output,
	const struct drill_attempt *attempt, const struct drill_arguments *arguments,
	const struct drill_answer *control, const struct drill_verdict *verdict,
	struct drill_depth *depth, struct fault *why)
{
	struct repeated repeated = {world, service, output, attempt, arguments, control};
	const struct drill_again again = {repeat, &repeated};
	const struct plan_class *class = drill_class(verdict->category, verdict->attempt);

	if (!world->options->depth)
		return 0;
	return drill_measure_depth(
		verdict, class ? plan_class_layers(class, service) : 0, &again, depth, why);
}
