/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "drill/attempt.h"
#include "drill/await.h"
#include "drill/batch.h"
#include "drill/control.h"
#include "drill/each.h"
#include "drill/world.h"
#include "plan/plan.h"

enum { PATIENCE = 10 };

/* Needs that only a service has: its declared rights, its limits, its peers. */
static bool of_services(enum drill_need need)
{
	switch (need) {
	case DRILL_DECLARED_WRITE:
	case DRILL_DECLARED_READ:
	case DRILL_SECRET:
	case DRILL_UNLINKED:
	case DRILL_NO_PROGRAMS:
	case DRILL_SINGLE:
	case DRILL_SUBJECT:
	case DRILL_ENDS_LISTEN:
	case DRILL_ENDS_CONNECT:
	case DRILL_ENDS_FORK:
	case DRILL_ENDS_EXECUTE:
	case DRILL_ENDS_OPEN:
	case DRILL_ENDS_RENAME:
	case DRILL_ENDS_REMOVE:
	case DRILL_ENDS_CODE:
	case DRILL_OWN_USER:
	case DRILL_PRELOAD:
	case DRILL_TMP_SIZE:
	case DRILL_SHM_SIZE:
	case DRILL_NO_CODE:
	case DRILL_FIRST_PROCESS:
	case DRILL_NEAR_ABSTRACT:
	case DRILL_NEAR_PORT:
	case DRILL_NEAR_PORT6:
	case DRILL_FAR_PORT:
	case DRILL_ROUTER_PORT:
	case DRILL_OUTLET_PORT:
	case DRILL_RESOLVER:
	case DRILL_RESOLVER6:
	case DRILL_FILE_LIMIT:
	case DRILL_PROCESS_LIMIT:
	case DRILL_INHERITED: /* it holds the drill's own descriptors */
		return true;
	default:
		return false;
	}
}

/* What a row is made of: its place in the table, what it is told and what it does unconfined. */
struct task {
	const struct drill_attempt *attempt;
	struct drill_verdict *verdict;
	struct drill_arguments arguments;
	struct drill_answer control, answer;
};

/* Those that are made in one process. */
struct group {
	struct task tasks[DRILL_BATCH];
	size_t count;
};

/* In a child. */
static void attempt_inside(const struct drill_place *place, const struct drill_item *items,
	size_t count, int output, int told)
{
	struct fault why = {0};

	/* Its end, should the drill be killed while it waits: no filter takes an alarm away. */
	alarm(PATIENCE);
	if (place->confine(place->context, &why) != 0) {
		if (!why.code)
			why.code = -EPROTO;
		_exit(write(told, &why, sizeof(why)) == (ssize_t)sizeof(why) ? 126 : 125);
	}
	for (size_t i = 0; i < count; i++)
		if (!drill_each(items[i].attempt, items[i].first, items[i].second, output))
			break;
	_exit(0);
}

/* The first of @items in a fork: @done says how many. */
static int fork_attempts(const struct drill_place *place, const struct drill_item *items,
	size_t count, size_t *done, struct fault *why)
{
	static struct drill_end end;
	struct where where = place->service->where;
	struct fault failed;
	int outputs[2], tells[2];

	if (pipe2(outputs, O_CLOEXEC | O_NONBLOCK) < 0)
		return fault(why, -errno, where, "cannot make a pipe");
	scoped(fd) int output = outputs[0], input = outputs[1];
	if (pipe2(tells, O_CLOEXEC | O_NONBLOCK) < 0)
		return fault(why, -errno, where, "cannot make a pipe");
	scoped(fd) int heard = tells[0], told = tells[1];
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return fault(why, -errno, where, "cannot fork");
	if (pid == 0)
		attempt_inside(place, items, count, input, told);
	scoped(fd) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
	int error = pidfd < 0 ? -errno : drill_await_end(pidfd, output, &end);
	if (error)
		return fault(why, error, where, "cannot wait for attempt %s in the %s",
			items[0].attempt->name, place->name);
	if (read(heard, &failed, sizeof(failed)) == (ssize_t)sizeof(failed)) {
		if (why)
			*why = failed;
		return failed.code;
	}
	*done = drill_batch_conclude(items, count, &end);
	return 0;
}

/* Make what is in @group, in as few forks as it takes, and judge it; it is empty then. */
static int attempt_group(const struct drill_place *place, struct group *group, struct fault *why)
{
	struct drill_item items[DRILL_BATCH];
	int error = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct task *task = &group->tasks[i];
		items[i] = (struct drill_item){task->attempt, task->arguments.first,
			task->arguments.second, &task->answer};
	}
	for (size_t done = 0, more = 0; done < group->count && !error; done += more)
		error = fork_attempts(place, items + done, group->count - done, &more, why);
	for (size_t i = 0; i < group->count && !error; i++)
		drill_judge(place->service, group->tasks[i].attempt, &group->tasks[i].control,
			&group->tasks[i].answer, group->tasks[i].verdict);
	group->count = 0;
	return error;
}

/* Fill in @task of its attempt and verdict; the verdict stands when it means nothing here. */
static int prepare(struct drill_world *world, const struct drill_place *place, pid_t stranger,
	struct task *task, struct fault *why)
{
	const struct drill_attempt *attempt = task->attempt;
	struct drill_verdict *verdict = task->verdict;
	struct drill_arguments *arguments = &task->arguments;

	drill_need(world, place->service, attempt, stranger, arguments);
	verdict->attempt = attempt->name;
	verdict->sentence = attempt->sentence;
	if (attempt->need == DRILL_DECLARED_CAPABILITIES)
		snprintf(arguments->first, sizeof(arguments->first), "0x%" PRIx64,
			place->capabilities);
	if (of_services(attempt->need))
		arguments->lacking = "it asks for what only a service has";
	if (arguments->lacking) {
		verdict->standing = DRILL_IDLE;
		snprintf(verdict->text, sizeof(verdict->text), "%s", arguments->lacking);
		return 0;
	}
	return drill_control(world, attempt, arguments, &task->control, why);
}

/* At once, or together with others when enough of them are there. */
static int attempt_one(struct drill_world *world, const struct drill_place *place, pid_t stranger,
	const struct task *task, struct group *together, struct fault *why)
{
	static struct group alone;
	struct group *group = drill_together(task->attempt) ? together : &alone;
	struct task *kept = &group->tasks[group->count];

	*kept = *task;
	int error = prepare(world, place, stranger, kept, why);
	if (error || kept->arguments.lacking)
		return error;
	group->count++;
	return group == &alone || group->count == DRILL_BATCH ? attempt_group(place, group, why)
							      : 0;
}

int drill_in_place(struct drill_world *world, const struct drill_place *place, struct arena *arena,
	struct drill_table *table, struct fault *why)
{
	static struct group together;
	size_t category_count, count = 0;
	const struct drill_category *categories = drill_categories(&category_count);
	pid_t stranger;

	int error = drill_world_stranger(world, place->service, &stranger, why);
	for (size_t i = 0; i < category_count; i++)
		count += *categories[i].count;
	table->verdicts = arena_alloc(arena, count * sizeof(*table->verdicts));
	table->count = 0;
	together.count = 0;
	for (size_t i = 0; i < category_count; i++)
		for (size_t j = 0; j < *categories[i].count && !error; j++) {
			struct drill_verdict *verdict = &table->verdicts[table->count++];
			const struct task task = {
				.attempt = &categories[i].attempts[j], .verdict = verdict};
			verdict->category = categories[i].name;
			error = attempt_one(world, place, stranger, &task, &together, why);
		}
	return error ? error : attempt_group(place, &together, why);
}
