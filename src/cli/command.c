/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/print.h"
#include "plan/plan.h"

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

int cli_command_find(const struct cli_options *options, const struct plan_service *service,
	const char *hint, struct arena *arena)
{
	const char *name = options->command[0];
	const char *program = find_program(service, name, options->bring, arena);
	struct fault why = {0};

	if (program) {
		options->command[0] = (char *)(size_t)program;
		return 0;
	}
	fault_of(&why, FAULT_USAGE, 0, service->where, "'%s' is not a program of service '%s'",
		name, service->name);
	fault_hint(&why, "%s", hint);
	cli_fail(options, &why);
	return CLI_NOT_FOUND;
}

int cli_command_failed(const struct cli_options *options, const struct plan_service *service,
	const char *program, bool not_executed, const char *hint, struct report *report,
	struct fault *why)
{
	const int error = why->code;

	/* What the kernel calls missing may well be on this machine: the service has its own view.
	 */
	if (not_executed && error == -ENOENT && program) {
		fault_of(why, FAULT_USAGE, 0, service->where,
			"%s is not in the view of service '%s'", program, service->name);
		fault_hint(why, "%s", hint);
	}
	if (report)
		cli_report_fault(options, report, why);
	else
		cli_fail(options, why);
	if (!not_executed)
		return CLI_NOT_STARTED;
	return error == -ENOENT ? CLI_NOT_FOUND : CLI_NOT_EXECUTABLE;
}
