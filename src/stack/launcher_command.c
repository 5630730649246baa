/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "plan/plan.h"
#include "stack/command.h"
#include "stack/launcher.h"
#include "stack/state.h"

enum { PATIENCE = 10 /* s */ };

static const struct where nowhere;

/* In the process of the command: to the log of both. */
static void say(void *context, const char *service, const char *line)
{
	(void)context;
	dprintf(STDERR_FILENO, "%s: %s\n", service, line);
}

/* Its confinement is that of its launch, by whichever plan that was. */
static const struct plan_service *launched_as(struct launcher *launcher,
	const struct stack_request *request, const struct plan **plan, struct fault *why)
{
	const struct plan *now = launcher->start.plan;
	uint32_t generation = launcher->services[request->service].generation;

	*plan = now;
	if (generation != launcher->start.generation) {
		/* Kept: few of them are asked again and again. */
		if (!launcher->older || launcher->older_generation != generation) {
			launcher->state->generation = launcher->start.generation;
			launcher->older =
				stack_state_plan(launcher->state, generation, launcher->arena, why);
			launcher->older_generation = generation;
		}
		*plan = launcher->older;
	}
	return *plan ? plan_service(*plan, now->services[request->service].name) : NULL;
}

static struct launcher_command *free_place(struct launcher *launcher)
{
	for (size_t i = 0; i < LAUNCHER_COMMANDS; i++)
		if (launcher->commands[i].pidfd < 0)
			return &launcher->commands[i];
	return NULL;
}

int launcher_probe(
	struct launcher *launcher, const struct stack_request *request, struct fault *why)
{
	const struct plan_life *life = &launcher->start.plan->services[request->service].life;
	const struct plan_probe *probe =
		request->verb == STACK_PROBE_READY ? &life->ready : &life->healthy;
	struct launcher_command *place = free_place(launcher);
	const struct plan *plan;
	const struct plan_service *service = launched_as(launcher, request, &plan, why);

	if (!service)
		return -ENOENT;
	if (probe->kind != PLAN_PROBE_COMMAND)
		return fault(why, -EPROTO, nowhere, "it is not asked by a command");
	if (!place)
		return fault(why, -EAGAIN, nowhere, "too many commands at once");
	const struct stack_command command = {.plan = plan,
		.service = service,
		.member = &launcher->services[request->service],
		.arguments = probe->command,
		.argument_count = probe->command_count,
		.seconds = PATIENCE,
		.say = say};
	int error = stack_command_start(&command, &place->pidfd, why);
	if (error == 0)
		place->request = *request;
	return error;
}

void launcher_command_ended(struct launcher *launcher, struct launcher_command *command)
{
	const struct plan_life *life =
		&launcher->start.plan->services[command->request.service].life;
	struct where where = command->request.verb == STACK_PROBE_READY ? life->ready.where
									: life->healthy.where;
	struct stack_answer answer = {.request = command->request};
	int status = stack_command_end(command->pidfd);

	command->pidfd = -1;
	if (status == STACK_COMMAND_LATE)
		answer.code = fault(&answer.why, -ETIMEDOUT, where,
			"its command did not end within %d s", PATIENCE);
	else if (status != 0)
		answer.code =
			fault(&answer.why, -EAGAIN, where, "its command ended with %d", status);
	launcher_answer(launcher, &answer, NULL, 0);
}
