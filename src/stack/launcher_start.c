/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>
#include <unistd.h>

#include "plan/plan.h"
#include "stack/begin.h"
#include "stack/launcher.h"
#include "stack/log.h"
#include "stack/up_step.h"

static struct launcher_start *place_for(struct launcher *launcher)
{
	for (size_t i = 0; i < LAUNCHER_STARTS; i++)
		if (!launcher->starts[i].starting.launching)
			return &launcher->starts[i];
	/* Whichever: all of them are about to be done. */
	launcher_started(launcher, &launcher->starts[0]);
	return &launcher->starts[0];
}

int launcher_start(
	struct launcher *launcher, const struct stack_request *request, struct fault *why)
{
	struct launcher_start *place = place_for(launcher);

	place->request = *request;
	return stack_start_service(&launcher->start,
		&launcher->start.plan->services[request->service], &place->starting, why);
}

void launcher_started(struct launcher *launcher, struct launcher_start *start)
{
	struct stack_answer answer = {.request = start->request};
	const char *name = start->starting.service->name;
	struct stack_member started = {0};
	int fds[STACK_ANSWER_FDS] = {-1, -1};
	size_t count = 0;

	answer.code = stack_start_finish(
		&launcher->start, &start->starting, &started, &fds[0], &answer.why);
	if (answer.code == 0) {
		launcher->services[start->request.service] = started;
		fds[1] = stack_record_open(launcher->start.folder, name);
		count = fds[1] < 0 ? 1 : 2;
	}
	launcher_answer(launcher, &answer, fds, count);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	if (answer.code == 0)
		stack_up_step(launcher->begin->up, STACK_UP_SERVICE);
}

void launcher_await_starts(struct launcher *launcher, uint32_t service)
{
	for (size_t i = 0; i < LAUNCHER_STARTS; i++) {
		struct launcher_start *start = &launcher->starts[i];

		if (start->starting.launching &&
			(service == STACK_WHOLE || start->request.service == service))
			launcher_started(launcher, start);
	}
}
