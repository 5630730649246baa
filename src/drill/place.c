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
#include "drill/control.h"
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
	case DRILL_FILE_LIMIT:
	case DRILL_PROCESS_LIMIT:
	case DRILL_INHERITED: /* it holds the drill's own descriptors */
		return true;
	default:
		return false;
	}
}

static void attempt_inside(const struct drill_place *place, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, int output, int told)
{
	struct drill_context context = {
		.first = arguments->first, .second = arguments->second, .call = -1, .layer = -1};
	char line[DRILL_LINE];
	struct fault why = {0};

	/* Its end, should the drill be killed while it waits: no filter takes an alarm away. */
	alarm(PATIENCE);
	if (place->confine(place->context, &why) != 0) {
		if (!why.code)
			why.code = -EPROTO;
		_exit(write(told, &why, sizeof(why)) == (ssize_t)sizeof(why) ? 126 : 125);
	}
	if (attempt->kind == DRILL_INET)
		syscall(SYS_write, output, DRILL_BEGUN, strlen(DRILL_BEGUN));
	size_t length = drill_report(line, attempt->run(&context), &context);
	_exit(syscall(SYS_write, output, line, length) == (long)length ? 0 : 1);
}

static int fork_attempt(const struct drill_place *place, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, struct drill_answer *answer, struct fault *why)
{
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
		attempt_inside(place, attempt, arguments, input, told);
	scoped(fd) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
	int error = pidfd < 0 ? -errno : drill_await(pidfd, output, attempt, answer);
	if (error)
		return fault(why, error, where, "cannot wait for attempt %s in the %s",
			attempt->name, place->name);
	if (read(heard, &failed, sizeof(failed)) == (ssize_t)sizeof(failed)) {
		if (why)
			*why = failed;
		return failed.code;
	}
	return 0;
}

static int attempt_one(struct drill_world *world, const struct drill_place *place,
	const struct drill_attempt *attempt, pid_t stranger, struct drill_verdict *verdict,
	struct fault *why)
{
	struct drill_arguments arguments;
	struct drill_answer control, answer;

	drill_need(world, place->service, attempt, stranger, &arguments);
	verdict->attempt = attempt->name;
	verdict->sentence = attempt->sentence;
	if (attempt->need == DRILL_DECLARED_CAPABILITIES)
		snprintf(arguments.first, sizeof(arguments.first), "0x%" PRIx64,
			place->capabilities);
	if (of_services(attempt->need))
		arguments.lacking = "it asks for what only a service has";
	if (arguments.lacking) {
		verdict->standing = DRILL_IDLE;
		snprintf(verdict->text, sizeof(verdict->text), "%s", arguments.lacking);
		return 0;
	}
	int error = drill_control(world, attempt, &arguments, &control, why);
	if (!error)
		error = fork_attempt(place, attempt, &arguments, &answer, why);
	if (error)
		return error;
	drill_judge(place->service, attempt, &control, &answer, verdict);
	return 0;
}

int drill_in_place(struct drill_world *world, const struct drill_place *place, struct arena *arena,
	struct drill_table *table, struct fault *why)
{
	size_t category_count, count = 0;
	const struct drill_category *categories = drill_categories(&category_count);
	pid_t stranger;

	int error = drill_world_stranger(world, place->service, &stranger, why);
	for (size_t i = 0; i < category_count; i++)
		count += *categories[i].count;
	table->verdicts = arena_alloc(arena, count * sizeof(*table->verdicts));
	table->count = 0;
	for (size_t i = 0; i < category_count; i++)
		for (size_t j = 0; j < *categories[i].count && !error; j++) {
			struct drill_verdict *verdict = &table->verdicts[table->count++];
			verdict->category = categories[i].name;
			error = attempt_one(
				world, place, &categories[i].attempts[j], stranger, verdict, why);
		}
	return error;
}
