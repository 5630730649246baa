/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/reload.h"

#include <signal.h>
#include <stdio.h>

#include "base/fault.h"
#include "base/record.h"
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

/* What there is to say of a reload, as JSON. */
struct answer {
	int code;
	const char *stack;
	bool dry_run;
	struct plan_difference *changes;
	size_t change_count;
	const char **restart;
	size_t restart_count;
};

static void write_json(const struct cli_loaded *loaded, const struct stack_reload *work)
{
	static const struct record_field fields[] = {
		RECORD_ITEM(struct answer, RECORD_INT, code),
		RECORD_ITEM(struct answer, RECORD_TEXT, stack),
		RECORD_ITEM(struct answer, RECORD_BOOL, dry_run),
		RECORD_ITEM_LIST(struct answer, changes, change_count, &plan_difference_record),
		RECORD_ITEM_ARRAY(struct answer, RECORD_TEXTS, restart, restart_count),
	};
	static const struct record_type type = RECORD_TYPE(struct answer, fields);

	cli_json(&type, &(struct answer){0, loaded->plan->stack, work->dry, work->differences.list,
				work->differences.count, work->stale, work->stale_count});
}

static void write_text(const struct cli_loaded *loaded, const struct stack_reload *work)
{
	write_stale(work);
	if (!work->dry)
		printf("%s is reloaded\n", loaded->plan->stack);
	else if (work->differences.count == 0)
		printf("%s runs by this policy: nothing would change\n", loaded->plan->stack);
	else
		printf("nothing was changed\n");
}

static int reload_policy(const struct cli_options *options, const struct cli_loaded *loaded)
{
	struct stack_reload work = {.plan = loaded->plan,
		.arena = loaded->arena,
		.dry = options->dry,
		.kill_after = (int)options->kill_after,
		.fail_after = (int)options->fail_after,
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
	if (options->json)
		write_json(loaded, &work);
	else
		write_text(loaded, &work);
	return 0;
}

static int reload(const struct cli_options *options)
{
	struct cli_loaded loaded;
	int status = cli_need_root(options, "reload", "it changes what runs");

	if (status)
		return status;
	if (options->operand_count && options->dry)
		return cli_wrong(options, "--dry-run is for a policy, not for services");
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
	.accepts = CLI_POLICY | CLI_JSON | CLI_STACK | CLI_DRY | CLI_KILL | CLI_FAIL | CLI_LACKS,
	.acts = true,
	.run = reload,
	.help = "Without SERVICE: edges, their rates and budgets, doors, what the supervisor does\n"
		"(restart, ready, healthy, stop, reload, depends-on, job) and the limits of "
		"memory,\n"
		"processors and processes change at once, all of them or none: connections that "
		"are\n"
		"still allowed go on, others end.  Gateway and outlet begin anew when their doors "
		"or\n"
		"ports are others.  What else has changed of a service is listed and counts after\n"
		"its restart.  Where services themselves or addresses are others, nothing is\n"
		"changed: exit status 4.  --dry-run says all of that and changes nothing.\n"
		"With SERVICE: its own `reload`, a signal or a command inside its confinement.\n"
		"Exit status: 0 done, 1 not up or not running, 2 bad policy or no `reload`, 4 "
		"failed.\n",
};
