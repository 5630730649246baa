/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/run.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/fault.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "plan/plan.h"

static void say(void *context, const char *service, const char *text)
{
	(void)context;
	fprintf(stderr, "bulkhead: %s: %s\n", service, text);
}

static const char hint[] = "declare it in `programs`, or add a static one with --bring";

/* What everybody hears who starts something, before it starts. */
static void say_all(const struct cli_options *options, const struct cli_loaded *loaded,
	const struct plan_service *service)
{
	if (!options->json)
		cli_write_report(loaded->report);
	if (options->role)
		say(NULL, service->name,
			"sees what its role gives: a policy declares files of yours");
	if (options->bring)
		say(NULL, service->name,
			"one more program than declared is in its view: /run/bring");
}

/* *@again: it was not started, for a reason that a second look at this machine may tell. */
static int start(const struct cli_options *options, const struct cli_loaded *loaded,
	const struct plan_service *service, bool *again)
{
	struct stack_run run = {.plan = loaded->plan,
		.service = service,
		.bring = options->bring,
		.without = options->without,
		.kill_after = (int)options->kill_after,
		.say = say};
	struct fault why = {0};
	bool not_executed;
	int status = 0;

	/* With --role the command is the policy's own. */
	if (options->command && options->command[0] && !options->role) {
		status = cli_command_find(options, service, hint, loaded->arena);
		if (status)
			return status;
		run.command = options->command;
	}
	if (!*again)
		say_all(options, loaded, service);
	*again = false;
	if (stack_run(&run, &status, &not_executed, &why) == 0)
		return status;
	*again = loaded->recalled && !not_executed;
	return *again ? CLI_NOT_STARTED
		      : cli_command_failed(options, service, run.command ? run.command[0] : NULL,
				not_executed, hint, loaded->report, &why);
}

static const struct plan_service *choose(
	const struct cli_options *options, const struct cli_loaded *loaded)
{
	const struct plan_service *service;
	struct fault why = {0};

	if (options->role)
		return &loaded->plan->services[0];
	service = plan_service_named(loaded->plan, options->operands[0]);
	if (!service) {
		plan_no_service(loaded->plan, options->operands[0], &why);
		cli_fail(options, &why);
	}
	return service;
}

/* Once, or twice when the first launch relied on what a probe found earlier and failed. */
static int attempt(const struct cli_options *options, enum cli_purpose purpose, bool *again)
{
	const struct plan_service *service;
	struct cli_loaded loaded;
	int status = CLI_NOT_STARTED;

	if (cli_load(options, purpose, &loaded) == 0) {
		service = choose(options, &loaded);
		if (service)
			status = start(options, &loaded, service, again);
	}
	cli_unload(&loaded);
	return status;
}

static int run(const struct cli_options *options)
{
	struct fault why = {0};
	bool again = false;

	if (options->operand_count != (options->role ? 0 : 1)) {
		cli_wrong(options, options->role ? "run --role takes no service, but -- COMMAND"
						 : "run wants one service");
		return CLI_NOT_STARTED;
	}
	if (options->role && !(options->command && options->command[0])) {
		fault_of(&why, FAULT_USAGE, 0, (struct where){0}, "run --role wants a COMMAND");
		fault_hint(&why, "bulkhead run --role %s -- PROGRAM [ARGUMENT...]", options->role);
		cli_fail(options, &why);
		return CLI_NOT_STARTED;
	}
	if (options->role && options->bring) {
		cli_wrong(options, "run --role starts any program as COMMAND: leave --bring out");
		return CLI_NOT_STARTED;
	}
	if (cli_need_root(options, "run", "it makes namespaces and mounts"))
		return CLI_NOT_STARTED;
	int status = attempt(options, CLI_LAUNCH, &again);

	return again ? attempt(options, CLI_ENFORCE, &again) : status;
}

const struct cli_verb cli_run = {
	.name = "run",
	.arguments = "SERVICE [-- COMMAND [ARGUMENT...]]",
	.summary = "one service in the foreground, exactly as confined",
	.accepts = CLI_POLICY | CLI_JSON | CLI_ROLE | CLI_BRING | CLI_WITHOUT | CLI_KILL |
		   CLI_LACKS | CLI_COMMAND,
	.acts = true,
	.run = run,
	.refused = CLI_NOT_STARTED,
	.help = "COMMAND takes the place of the service's own as the one program that the launch\n"
		"executes; it must be one that the service may execute.  Without any policy:\n"
		"    bulkhead run --role redis -- redis-server\n"
		"Exit status: that of the command; 125 it was not started (--json says why in\n"
		"`code`), 126 COMMAND cannot be executed, 127 the service has no such program.\n",
};
