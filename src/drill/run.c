/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "drill/attempt.h"
#include "drill/keeper.h"
#include "drill/launch.h"
#include "drill/made.h"
#include "drill/scenario.h"
#include "drill/work.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/launch.h"

/* Remove what a launch that was broken off has left. */
static void clear(const struct drill_work *work)
{
	char group[96];

	drill_launch_group(work->world, work->service, false, group);
	stack_kill(work->world->plan, group, NULL);
}

static void work_through(const struct drill_work *work, int input)
{
	struct drill_shared *shared = work->shared;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(input, 1) < 0 || dup2(null, 2) < 0)
		shared->code = fault(
			&shared->why, -errno, work->service->where, "cannot set up the drill");
	drill_keeper_mind(work->world);
	if (!shared->code)
		shared->code = drill_work_through(work, &shared->why);
	_exit(0);
}

/* In a child: its standard streams become those of the launches. */
static int work_apart(struct drill_work *work, struct fault *why)
{
	struct where where = work->service->where;
	int pipes[2], status;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, where, "cannot make a pipe");
	scoped(fd) int output = pipes[0], input = pipes[1];
	/* Only this end: a launched program must not find its output in an unusual mode. */
	if (fcntl(output, F_SETFL, O_NONBLOCK) < 0)
		return fault(why, -errno, where, "cannot set up a pipe");
	work->output = output;
	fflush(NULL);
	pid_t worker = fork();
	if (worker < 0)
		return fault(why, -errno, where, "cannot fork");
	if (worker == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work_through(work, input);
	}
	if (waitpid(worker, &status, 0) != worker || !WIFEXITED(status) || WEXITSTATUS(status)) {
		clear(work);
		return fault(
			why, -ECHILD, where, "the drill of '%s' broke off", work->service->name);
	}
	if (work->shared->code && why)
		*why = work->shared->why;
	return work->shared->code;
}

static int work_off(
	struct drill_work *work, struct arena *arena, struct drill_table *table, struct fault *why)
{
	size_t size = sizeof(struct drill_shared) + work->count * sizeof(work->shared->rows[0]);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return fault(why, -errno, work->service->where, "cannot share memory");
	work->shared = memory;
	int error = drill_world_stranger(work->world, work->service, &work->stranger, why);
	if (!error)
		error = work_apart(work, why);
	if (!error) {
		table->count = work->count;
		table->verdicts = arena_alloc(arena, (work->count + 1) * sizeof(*table->verdicts));
		table->depths = arena_alloc(arena, (work->count + 1) * sizeof(*table->depths));
		for (size_t i = 0; i < work->count; i++) {
			table->verdicts[i] = work->shared->rows[i].verdict;
			table->depths[i] = work->shared->rows[i].depth;
		}
	}
	munmap(memory, size);
	return error;
}

int drill_service(struct drill_world *world, const struct plan_service *service,
	struct arena *arena, struct drill_table *table, struct fault *why)
{
	size_t category_count, count = 0, next = 0;
	const struct drill_category *categories = drill_categories(&category_count);

	size_t made_count;
	const struct drill_attempt *made = drill_make(world, service, arena, &made_count);

	for (size_t i = 0; i < category_count; i++)
		count += *categories[i].count;
	count += made_count;
	struct drill_work work = {
		.world = world,
		.service = service,
		.tasks = arena_alloc(arena, count * sizeof(*work.tasks)),
		.count = count,
	};
	for (size_t i = 0; i < category_count; i++)
		for (size_t j = 0; j < *categories[i].count; j++)
			work.tasks[next++] =
				(struct drill_task){&categories[i].attempts[j], categories[i].name};
	for (size_t i = 0; i < made_count; i++)
		work.tasks[next++] = (struct drill_task){&made[i], made[i].made->category};
	return work_off(&work, arena, table, why);
}

/* The attempts called @names alone, permitted ones among them, in that order. */
static int run_some(struct drill_world *world, const struct plan_service *service,
	const char *const *names, size_t count, struct arena *arena, struct drill_table *table,
	struct fault *why)
{
	struct drill_work work = {
		.world = world,
		.service = service,
		.tasks = arena_alloc(arena, (count + 1) * sizeof(*work.tasks)),
		.count = count,
	};

	for (size_t i = 0; i < count; i++) {
		const struct drill_category *category;
		work.tasks[i].attempt = drill_attempt(names[i], &category);
		if (!work.tasks[i].attempt)
			return fault_of(why, FAULT_USAGE, -EINVAL, service->where,
				"there is no attempt called '%s'", names[i]);
		work.tasks[i].category = category ? category->name : "permitted";
	}
	return work_off(&work, arena, table, why);
}

/* A declared peer of @service connects to it: one more verdict for @table. */
static int reach(struct drill_world *world, const struct plan_service *service, struct arena *arena,
	struct drill_table *table, struct fault *why)
{
	static const char *const by_port[] = {"connect-declared"};
	static const char *const by_path[] = {"meet-declared"};
	const struct plan *plan = world->plan;
	struct drill_table other = {0};

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		if (edge->transport == PLAN_UDP || !text_equal(edge->to, service->name) ||
			plan_budget_ended(plan, edge->budget, (uint64_t)time(NULL)))
			continue;
		const char *const *names = edge->transport == PLAN_UNIX ? by_path : by_port;
		world->toward = service;
		int error = run_some(
			world, plan_service(plan, edge->from), names, 1, arena, &other, why);
		world->toward = NULL;
		/* There is room: see work_off(). */
		if (!error && other.count)
			table->verdicts[table->count++] = other.verdicts[0];
		return error;
	}
	return 0;
}

int drill_scenario_run(struct drill_world *world, const struct drill_scenario *scenario,
	const struct plan_service *service, struct arena *arena, struct drill_table *table,
	struct fault *why)
{
	const char *names[2 * DRILL_SCENARIO_NAMES];
	size_t count = 0;

	for (size_t i = 0; i < DRILL_SCENARIO_NAMES && scenario->refused[i]; i++)
		names[count++] = scenario->refused[i];
	for (size_t i = 0; i < DRILL_SCENARIO_NAMES && scenario->permitted[i]; i++)
		names[count++] = scenario->permitted[i];
	int error = run_some(world, service, names, count, arena, table, why);
	if (!error && scenario->accepts)
		error = reach(world, service, arena, table, why);
	return error;
}

size_t drill_count(const struct drill_table *table, enum drill_standing standing)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += table->verdicts[i].standing == standing;
	return count;
}
