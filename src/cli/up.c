/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/up.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/terminal.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/stay.h"

enum { TAIL_LINES = 10 };

static void show_log(const struct cli_loaded *loaded, const struct stack_up *work)
{
	const char *service = work->failed;
	const char *tail = stack_log_tail(
		loaded->plan->stack, service, &work->failed_log, TAIL_LINES, loaded->arena);

	if (!*tail)
		return;
	fprintf(stderr, "the last lines of %s/%s/%s/log:\n", STACK_LOG_FOLDER, loaded->plan->stack,
		service);
	for (const char *line = tail; *line;) {
		size_t length = strcspn(line, "\n");

		fputs("    ", stderr);
		terminal_put(stderr, line, length);
		fputc('\n', stderr);
		line += length + (line[length] == '\n');
	}
}

static int bring_up(const struct cli_options *options, const struct cli_loaded *loaded)
{
	struct stack_up work = {.plan = loaded->plan,
		.arena = loaded->arena,
		.services = options->operands,
		.service_count = (size_t)options->operand_count,
		.without = options->without,
		.kill_after = (int)options->kill_after,
		.foreground = options->foreground,
		.within = options->within ? options->within : STACK_READY_SECONDS,
		.say = cli_say,
		.context = (void *)options};
	struct fault why = {0};
	int status;

	if (!options->json)
		cli_write_report(loaded->report);
	if (stack_up(&work, &why) < 0) {
		status = cli_report_fault(options, loaded->report, &why);
		if (work.failed && !options->json)
			show_log(loaded, &work);
		return status;
	}
	if (options->json)
		cli_report(options, loaded->report, 0);
	else
		printf("%s is up%s\n", loaded->plan->stack, work.was_up ? " already" : "");
	fflush(stdout);
	if (options->foreground && stack_stay(&work, &why) < 0)
		return cli_fail(options, &why);
	return 0;
}

static int up(const struct cli_options *options)
{
	struct cli_loaded loaded;
	int status = cli_need_root(options, "up", "it makes namespaces, mounts and networks");

	if (status)
		return status;
	status = cli_load(options, CLI_ENFORCE, &loaded);
	if (status == 0)
		status = bring_up(options, &loaded);
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_up = {
	.name = "up",
	.arguments = "[SERVICE...]",
	.summary = "start a stack, or what is missing of it",
	.accepts = CLI_POLICY | CLI_JSON | CLI_WITHIN | CLI_FOREGROUND | CLI_WITHOUT | CLI_KILL |
		   CLI_LACKS,
	.acts = true,
	.run = up,
	.help = "Ends when all is ready: what its `ready` says, else every declared port and "
		"socket\n"
		"path is bound.  What services depend on is started as well.  With --foreground "
		"it\n"
		"stays, for a service manager: signals end it and the supervisor, never a "
		"service.\n"
		"Exit status: 0 up, 1 an assertion failed, 2 bad policy, 3 this kernel cannot, 4 "
		"a\n"
		"service failed or was not ready in time (what was started is stopped again), or\n"
		"in the foreground the supervisor died, 5 needs root.\n",
};
