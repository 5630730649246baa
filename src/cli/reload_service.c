/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/reload_service.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/fault.h"
#include "base/report.h"
#include "base/scoped.h"
#include "base/terminal.h"
#include "cli/members.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "plan/plan.h"
#include "stack/command.h"
#include "stack/member.h"
#include "stack/state.h"

enum { PATIENCE = 60 /* s */ };

static void say(void *context, const char *service, const char *line)
{
	(void)context;
	fprintf(stderr, "%s: ", service);
	terminal_put(stderr, line, strlen(line));
	fputc('\n', stderr);
}

static int send(const struct cli_member *to, uint32_t number, struct fault *why)
{
	scoped(fd) int process = stack_member_open_process(to->member);

	if (process >= 0 && pidfd_send_signal(process, (int)number, NULL, 0) == 0)
		return 0;
	return fault(why, -errno, to->service->where, "cannot send its signal to '%s'",
		to->service->name);
}

static int run(const struct cli_member *to, const struct plan_life *life, struct fault *why)
{
	const struct stack_command command = {.plan = to->plan,
		.service = to->service,
		.member = to->member,
		.arguments = life->reload_command,
		.argument_count = life->reload_command_count,
		.seconds = PATIENCE,
		.say = say};
	int pidfd, status, error = stack_command_start(&command, &pidfd, why);

	if (error < 0)
		return error;
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	while (poll(&ended, 1, -1) < 0 && errno == EINTR)
		;
	status = stack_command_end(pidfd);
	if (status == 0)
		return 0;
	fault(why, 0, life->reload_where, "the reload command of '%s' %s", to->service->name,
		status == STACK_COMMAND_LATE      ? "did not end in time"
		: status == STACK_COMMAND_NOT_RUN ? "could not be run"
						  : "failed");
	return -EIO;
}

/* By the life that counts now, whichever plan it was launched by. */
static int reload_one(const struct cli_options *options, const struct cli_stack *stack,
	const struct cli_member *to)
{
	const struct plan_service *newest = plan_service(stack->state->plan, to->service->name);
	const struct plan_life *life = newest ? &newest->life : &to->service->life;
	struct fault why = {0};
	int error = 0;

	if (!life->reload_signal && life->reload_command_count == 0) {
		fault_of(&why, FAULT_USAGE, 0, to->service->where, "'%s' has no `reload`",
			to->service->name);
		fault_hint(&why,
			"reload: {signal: HUP}, if it reads its files anew on that; else "
			"bulkhead restart %s",
			to->service->name);
		return cli_fail(options, &why);
	}
	if (!to->member || !stack_member_alive(to->member)) {
		fault_of(&why, FAULT_NO, 0, to->service->where, "'%s' is not running",
			to->service->name);
		return cli_fail(options, &why);
	}
	error = life->reload_signal ? send(to, life->reload_signal, &why) : run(to, life, &why);
	if (error < 0)
		return cli_fail(options, &why);
	if (!options->json)
		printf("%s: reloaded\n", to->service->name);
	return 0;
}

int cli_reload_services(const struct cli_options *options)
{
	int status = 0;

	for (int i = 0; i < options->operand_count; i++) {
		struct cli_stack stack;
		struct cli_members members;
		int answer = cli_members_find(options, options->operands[i], &stack, &members);

		for (size_t j = 0; answer == 0 && j < members.count; j++)
			answer = reload_one(options, &stack, &members.list[j]);
		if (answer == 0 && options->json && i + 1 == options->operand_count && status == 0)
			cli_report(options, report_new(stack.arena), 0);
		status = answer ? answer : status;
		cli_stack_done(&stack);
	}
	return status;
}
