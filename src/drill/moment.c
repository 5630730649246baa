/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/moment.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "drill/attempt.h"
#include "drill/await.h"
#include "drill/report.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/launch.h"
#include "stack/phase.h"

enum { PATIENCE = 10000 };

int drill_moment_input(void)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	if (dup2(pipes[0], 0) < 0) {
		close(pipes[1]);
		pipes[1] = -1;
	}
	close(pipes[0]);
	return pipes[1];
}

void drill_moment_no_input(void)
{
	scoped(fd) int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	dup2(null, 0);
}

/* Its first line, "begun" or a report; shorter when it ends or is silent before. */
static size_t read_line(int pidfd, int output, char line[static DRILL_LINE])
{
	struct pollfd waits[] = {{.fd = output, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
	size_t length = 0;

	while (length < DRILL_LINE && (length == 0 || line[length - 1] != '\n')) {
		ssize_t got = read(output, line + length, 1);

		if (got == 1)
			length++;
		else if (waits[1].revents || poll(waits, 2, PATIENCE) <= 0)
			break;
	}
	return length;
}

/* Without the layer nothing ends: not the filter's part, and not the view's. */
static int end_phase(const struct drill_world *world, const struct plan_service *service,
	const struct stack_launched *launched, struct fault *why)
{
	struct plan_service ended = *service;

	if (world->without >> LAYER_PHASE & 1)
		ended.view_closes = false;
	return stack_phase_end(&ended, launched->init_pidfd, why);
}

int drill_moment(const struct drill_world *world, const struct plan_service *service,
	const struct stack_launched *launched, int output, int go,
	const struct drill_attempt *attempt, struct drill_answer *answer, struct fault *why)
{
	const size_t mark = strlen(DRILL_BEGUN);
	char line[DRILL_LINE];
	size_t length = read_line(launched->init_pidfd, output, line);
	bool begun = length == mark && memcmp(line, DRILL_BEGUN, mark) == 0;
	int error = begun ? end_phase(world, service, launched, why) : 0;

	if (error < 0)
		return error;
	/* Who did not begin does not wait, and may be gone. */
	if (begun && write(go, "g", 1) != 1)
		return fault(
			why, -errno, service->where, "cannot let attempt %s go on", attempt->name);
	error = drill_await(launched->init_pidfd, output, attempt, answer);
	if (error < 0)
		return fault(
			why, error, service->where, "cannot wait for attempt %s", attempt->name);
	if (begun)
		answer->begun = true;
	else
		drill_conclude(attempt, line, length, 0, answer);
	return 0;
}
