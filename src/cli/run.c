/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/report.h"
#include "base/text.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "plan/plan.h"

enum { NOT_STARTED = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

static void say(void *context, const char *service, const char *text)
{
	(void)context;
	fprintf(stderr, "bulkhead: %s: %s\n", service, text);
}

/* A bare name is looked for among what the service may execute; the rest is a path already. */
static const char *find_program(const struct plan_service *service, const char *name,
	const char *bring, struct arena *arena)
{
	if (strchr(name, '/'))
		return name;
	if (text_equal(text_base_name(service->program), name))
		return service->program;
	for (size_t i = 0; i < service->program_count; i++)
		if (text_equal(text_base_name(service->programs[i].path), name))
			return service->programs[i].path;
	if (bring && text_equal(text_base_name(bring), name))
		return arena_printf(arena, "/run/bring/%s", name);
	return NULL;
}

static int not_found(const struct cli_options *options, const struct plan_service *service)
{
	struct fault why = {0};

	fault_of(&why, FAULT_USAGE, 0, service->where, "'%s' is not a program of service '%s'",
		options->command[0], service->name);
	fault_hint(&why, "declare it in `programs`, or add a static one with --bring");
	cli_fail(options, &why);
	return NOT_FOUND;
}

/* What the kernel calls missing may well be on this machine: the service has its own view. */
static void explain_absent(
	const struct plan_service *service, const char *program, struct fault *why)
{
	fault_of(why, FAULT_USAGE, 0, service->where, "%s is not in the view of service '%s'",
		program, service->name);
	fault_hint(why, "declare it in `programs`, or add a static one with --bring");
}

static int start(const struct cli_options *options, const struct cli_loaded *loaded,
	const struct plan_service *service)
{
	struct stack_run run = {.plan = loaded->plan,
		.service = service,
		.bring = options->bring,
		.without = options->without,
		.kill_after = (int)options->kill_after,
		.say = say};
	struct fault why = {0};
	bool not_executed;
	int status = 0, error;

	/* With --role the command is the policy's own. */
	if (options->command && options->command[0] && !options->role) {
		const char *program =
			find_program(service, options->command[0], options->bring, loaded->arena);

		if (!program)
			return not_found(options, service);
		options->command[0] = (char *)(size_t)program;
		run.command = options->command;
	}
	if (!options->json)
		cli_write_report(loaded->report);
	if (options->role)
		say(NULL, service->name,
			"sees what its role gives: a policy declares files of yours");
	if (options->bring)
		say(NULL, service->name,
			"one more program than declared is in its view: /run/bring");
	error = stack_run(&run, &status, &not_executed, &why);
	if (error == 0)
		return status;
	if (not_executed && error == -ENOENT && run.command)
		explain_absent(service, run.command[0], &why);
	cli_report_fault(options, loaded->report, &why);
	if (not_executed)
		return error == -ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
	return NOT_STARTED;
}

static const struct plan_service *choose(
	const struct cli_options *options, const struct cli_loaded *loaded)
{
	const struct plan_service *service;
	struct fault why = {0};

	if (options->role)
		return &loaded->plan->services[0];
	service = plan_service(loaded->plan, options->operands[0]);
	if (!service) {
		plan_no_service(loaded->plan, options->operands[0], &why);
		cli_fail(options, &why);
	}
	return service;
}

static int run(const struct cli_options *options)
{
	const struct plan_service *service;
	struct cli_loaded loaded;
	struct fault why = {0};
	int status = NOT_STARTED;

	if (options->operand_count != (options->role ? 0 : 1)) {
		cli_wrong(options, options->role ? "run --role takes no service, but -- COMMAND"
						 : "run wants one service");
		return NOT_STARTED;
	}
	if (options->role && !(options->command && options->command[0])) {
		fault_of(&why, FAULT_USAGE, 0, (struct where){0}, "run --role wants a COMMAND");
		fault_hint(&why, "bulkhead run --role %s -- PROGRAM [ARGUMENT...]", options->role);
		cli_fail(options, &why);
		return NOT_STARTED;
	}
	if (options->role && options->bring) {
		cli_wrong(options, "run --role starts any program as COMMAND: leave --bring out");
		return NOT_STARTED;
	}
	if (cli_need_root(options, "run", "it makes namespaces and mounts"))
		return NOT_STARTED;
	if (cli_load(options, CLI_ENFORCE, &loaded) == 0) {
		service = choose(options, &loaded);
		if (service)
			status = start(options, &loaded, service);
	}
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_run = {
	.name = "run",
	.arguments = "SERVICE [-- COMMAND [ARGUMENT...]]",
	.summary = "one service in the foreground, exactly as confined",
	.accepts = CLI_POLICY | CLI_JSON | CLI_ROLE | CLI_BRING | CLI_WITHOUT | CLI_KILL |
		   CLI_LACKS | CLI_COMMAND,
	.acts = true,
	.run = run,
	.refused = NOT_STARTED,
	.help = "COMMAND takes the place of the service's own as the one program that the launch\n"
		"executes; it must be one that the service may execute.  Without any policy:\n"
		"    bulkhead run --role redis -- redis-server\n"
		"Exit status: that of the command; 125 it was not started (--json says why in\n"
		"`code`), 126 COMMAND cannot be executed, 127 the service has no such program.\n",
};
