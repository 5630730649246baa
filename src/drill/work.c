/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drill/batch.h"
#include "drill/control.h"
#include "drill/deepen.h"
#include "drill/launch.h"
#include "drill/made.h"
#include "drill/network.h"
#include "drill/present.h"
#include "drill/single.h"
#include "drill/sweep.h"
#include "drill/sweeping.h"
#include "drill/world.h"
#include "plan/plan.h"

/* What the attempt is told; its verdict stands when it means nothing here. */
static void ask(const struct drill_work *work, size_t place, struct drill_arguments *arguments)
{
	const struct drill_attempt *attempt = work->tasks[place].attempt;
	struct drill_verdict *verdict = &work->shared->rows[place].verdict;

	drill_need(work->world, work->service, attempt, work->stranger, arguments);
	verdict->category = work->tasks[place].category;
	verdict->attempt = attempt->name;
	verdict->sentence = attempt->sentence;
	verdict->group = attempt->made ? attempt->made->group : NULL;
	verdict->where = arguments->where;
	if (arguments->lacking) {
		verdict->standing = DRILL_IDLE;
		snprintf(verdict->text, sizeof(verdict->text), "%s", arguments->lacking);
	}
}

/* And what comes of it unconfined. */
static int prepare(const struct drill_work *work, size_t place, struct drill_arguments *arguments,
	struct drill_answer *control, struct fault *why)
{
	ask(work, place, arguments);
	return arguments->lacking ? 0
				  : drill_control(work->world, work->tasks[place].attempt,
					    arguments, control, why);
}

static void judge(const struct drill_work *work, size_t place,
	const struct drill_arguments *arguments, const struct drill_answer *control,
	const struct drill_answer *answer)
{
	struct drill_verdict *verdict = &work->shared->rows[place].verdict;

	drill_judge(work->service, work->tasks[place].attempt, control, answer, verdict);
	verdict->where = drill_line(work->service, arguments, answer);
	drill_audited(work->service, verdict);
}

static int conclude(const struct drill_work *work, size_t place,
	const struct drill_arguments *arguments, const struct drill_answer *control,
	const struct drill_answer *answer, struct fault *why)
{
	const struct drill_attempt *attempt = work->tasks[place].attempt;
	struct drill_verdict *verdict = &work->shared->rows[place].verdict;

	judge(work, place, arguments, control, answer);
	return drill_deepen(work->world, work->service, work->output, attempt, arguments, control,
		verdict, &work->shared->rows[place].depth, why);
}

static int attempt_one(const struct drill_work *work, size_t place, struct fault *why)
{
	const struct drill_attempt *attempt = work->tasks[place].attempt;
	struct drill_arguments arguments;
	struct drill_answer control, answer;
	int error = prepare(work, place, &arguments, &control, why);

	if (error || arguments.lacking)
		return error;
	error = drill_single(
		work->world, work->service, work->output, attempt, &arguments, &answer, why);
	return error ? error : conclude(work, place, &arguments, &control, &answer, why);
}

/* Those of tasks @places in as few launches as they take. */
static int attempt_together(
	const struct drill_work *work, const size_t *places, size_t count, struct fault *why)
{
	static struct drill_arguments arguments[DRILL_BATCH];
	static struct drill_answer controls[DRILL_BATCH], answers[DRILL_BATCH];
	struct drill_item items[DRILL_BATCH];
	size_t placed[DRILL_BATCH] = {0}, ready = 0;
	char group[96];
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		const struct drill_attempt *attempt = work->tasks[places[i]].attempt;

		error = prepare(work, places[i], &arguments[ready], &controls[ready], why);
		if (error || arguments[ready].lacking)
			continue;
		items[ready] =
			(struct drill_item){attempt, drill_first(work->world, &arguments[ready]),
				arguments[ready].second, &answers[ready]};
		placed[ready++] = places[i];
	}
	drill_launch_group(work->world, work->service, false, group);
	for (size_t done = 0; done < ready && !error;) {
		size_t more = 0;

		error = drill_batch(work->world, work->service, group, work->output, items + done,
			ready - done, &more, why);
		for (size_t i = done; i < done + more && !error; i++)
			error = conclude(
				work, placed[i], &arguments[i], &controls[i], &answers[i], why);
		done += more;
	}
	return error;
}

/* The daemons of a stack that runs need not listen where they may: then a refused connection may be
 * that of an empty room. */
static void doubt(const struct drill_work *work, size_t place,
	const struct drill_arguments *arguments, const struct drill_answer *answer)
{
	const struct drill_attempt *attempt = work->tasks[place].attempt;
	const struct plan_service *to = attempt->made->to;
	const struct drill_options *options = work->world->options;
	struct drill_verdict *verdict = &work->shared->rows[place].verdict;
	bool datagrams = attempt->run == drill_ask_first;

	if (!options->live || !to || verdict->standing != DRILL_STOPPED ||
		answer->error != ECONNREFUSED)
		return;
	if (drill_present(options->networks[to - work->world->plan->services],
		    (uint16_t)strtoul(arguments->second, NULL, 10), datagrams,
		    strchr(arguments->first, ':')))
		return;
	verdict->standing = DRILL_VOID;
	snprintf(verdict->text, sizeof(verdict->text), "nobody listens there");
}

/* Those of tasks @places, which go for addresses and ports, all at once. */
static int attempt_swept(
	const struct drill_work *work, const size_t *places, size_t count, struct fault *why)
{
	static struct drill_arguments arguments[DRILL_BATCH];
	static struct drill_answer controls[DRILL_BATCH], answers[DRILL_BATCH];
	struct drill_item items[DRILL_BATCH], unconfined[DRILL_BATCH];
	struct drill_sweeping sweeping = {work->world, work->service, work->output, items, count};
	int error = 0;

	for (size_t i = 0; i < count; i++) {
		const struct drill_attempt *attempt = work->tasks[places[i]].attempt;

		ask(work, places[i], &arguments[i]);
		items[i] = (struct drill_item){
			attempt, arguments[i].first, arguments[i].second, &answers[i]};
		unconfined[i] = (struct drill_item){
			attempt, arguments[i].control, arguments[i].second, &controls[i]};
	}
	error = drill_control_sweep(work->world, unconfined, count, why);
	if (!error)
		error = drill_sweep_launch(&sweeping, why);
	for (size_t i = 0; i < count && !error; i++) {
		judge(work, places[i], &arguments[i], &controls[i], &answers[i]);
		doubt(work, places[i], &arguments[i], &answers[i]);
	}
	for (size_t i = 0; i < count && !error; i++) {
		struct drill_depth *depth = &work->shared->rows[places[i]].depth;

		error = drill_deepen_swept(&sweeping, i, &controls[i],
			&work->shared->rows[places[i]].verdict, depth, why);
	}
	return error;
}

/* Tasks that are made together, until there are enough of them. */
struct gathered {
	int (*attempt)(const struct drill_work *work, const size_t *places, size_t count,
		struct fault *why);
	size_t places[DRILL_BATCH], count;
};

static int attempt_gathered(
	const struct drill_work *work, struct gathered *gathered, struct fault *why)
{
	size_t count = gathered->count;

	gathered->count = 0;
	return count ? gathered->attempt(work, gathered->places, count, why) : 0;
}

int drill_work_through(const struct drill_work *work, struct fault *why)
{
	struct gathered together = {.attempt = attempt_together};
	struct gathered swept = {.attempt = attempt_swept};
	int error = 0;

	for (size_t i = 0; i < work->count && !error; i++) {
		const struct drill_attempt *attempt = work->tasks[i].attempt;
		bool made = attempt->made && drill_swept(attempt);
		struct gathered *gathered = made ? &swept : &together;

		if (!made && !drill_together(attempt)) {
			error = attempt_one(work, i, why);
			continue;
		}
		gathered->places[gathered->count++] = i;
		if (gathered->count == DRILL_BATCH)
			error = attempt_gathered(work, gathered, why);
	}
	if (!error)
		error = attempt_gathered(work, &together, why);
	return error ? error : attempt_gathered(work, &swept, why);
}
