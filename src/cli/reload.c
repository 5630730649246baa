/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/reload.h"

#include <signal.h>
#include <stdio.h>

#include "base/fault.h"
#include "base/signals.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/reload_service.h"
#include "cli/verb.h"
#include "plan/plan.h"

static void write_stale(const struct stack_reload *reload)
{
	if (reload->stale_count == 0)
		return;
	printf("what has changed of them counts after: bulkhead restart");
	for (size_t i = 0; i < reload->stale_count; i++)
		printf(" %s", reload->stale[i]);
	putchar('\n');
}

static int reload_policy(const struct cli_options *options, const struct cli_loaded *loaded)
{
	struct stack_reload work = {.plan = loaded->plan,
		.arena = loaded->arena,
		.say = cli_say,
		.context = (void *)options};
	struct fault why = {0};
	const sigset_t set = signals_to_give_up();
	sigset_t before;

	if (!options->json)
		cli_write_report(loaded->report);
	/* Not halfway. */
	sigprocmask(SIG_BLOCK, &set, &before);
	int error = stack_reload(&work, &why);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (error < 0)
		return cli_report_fault(options, loaded->report, &why);
	if (options->json) {
		cli_report(options, loaded->report, 0);
		return 0;
	}
	write_stale(&work);
	printf("%s is reloaded\n", loaded->plan->stack);
	return 0;
}

static int reload(const struct cli_options *options)
{
	struct cli_loaded loaded;
	int status = cli_need_root(options, "reload", "it changes what runs");

	if (status)
		return status;
	if (options->operand_count)
		return cli_reload_services(options);
	status = cli_load(options, CLI_ENFORCE, &loaded);
	if (status == 0)
		status = reload_policy(options, &loaded);
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_reload = {
	.name = "reload",
	.arguments = "[SERVICE...]",
	.summary = "apply the policy to a stack that runs, or let services read theirs anew",
	.accepts = CLI_POLICY | CLI_JSON | CLI_STACK | CLI_LACKS,
	.acts = true,
	.run = reload,
	.help = "Without SERVICE: what the supervisor does (restart, ready, healthy, stop, "
		"reload,\n"
		"depends-on, job) and the limits of memory, processors and processes change at "
		"once;\n"
		"what else has changed of a service is listed and counts after its restart.  "
		"Where\n"
		"addresses, edges, published ports or services themselves are others, nothing is\n"
		"changed: exit status 4.\n"
		"With SERVICE: its own `reload`, a signal or a command inside its confinement.\n"
		"Exit status: 0 done, 1 not up or not running, 2 bad policy or no `reload`, 4 "
		"failed.\n",
};
