/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/report.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "plan/depth.h"
#include "plan/plan.h"
#include "policy/policy.h"

static void write_summary(const struct cli_loaded *loaded)
{
	const struct policy *policy = loaded->policy;
	const struct plan *plan = loaded->plan;
	size_t warnings = report_count(loaded->report, REPORT_WARNING);
	size_t notes = report_count(loaded->report, REPORT_NOTE);
	size_t edges = plan->edge_count + plan->host_edge_count + plan->outside_count;
	size_t doors = plan_doors(plan);

	printf("%s: good: %zu service%s, %zu edge%s, %zu published port%s, %zu assertion%s hold%s",
		policy->stack ? policy->stack : "policy", policy->service_count,
		policy->service_count == 1 ? "" : "s", edges, edges == 1 ? "" : "s", doors,
		doors == 1 ? "" : "s", policy->assertion_count,
		policy->assertion_count == 1 ? "" : "s", policy->assertion_count == 1 ? "s" : "");
	if (warnings)
		printf("; %zu warning%s", warnings, warnings == 1 ? "" : "s");
	if (notes)
		printf("; %zu note%s", notes, notes == 1 ? "" : "s");
	putchar('\n');
}

static int check(const struct cli_options *given)
{
	struct cli_options options = *given;
	struct cli_loaded loaded;
	int status;

	for (int i = 0; i < given->operand_count; i++) {
		if (options.policy_count == CLI_MOST_POLICIES)
			return cli_wrong(given, "more than %d policies", CLI_MOST_POLICIES);
		options.policies[options.policy_given ? options.policy_count++ : 0] =
			given->operands[i];
		options.policy_given = true;
	}
	status = cli_load(&options, CLI_CHECK, &loaded);
	if (status == 0) {
		/* Where `up` would refuse on this machine, for all that the text is good. */
		plan_report_gaps(loaded.plan, true, loaded.report);
		plan_report_depth(loaded.plan, loaded.report);
		cli_report(&options, loaded.report, 0);
		if (!options.json)
			write_summary(&loaded);
	}
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_check = {
	.name = "check",
	.arguments = "[POLICY...]",
	.summary = "errors, contradictions and assertions of a policy",
	.accepts = CLI_POLICY | CLI_JSON | CLI_HOST,
	.run = check,
	.help = "Judges the text alone and needs no root: users, programs, paths and kernel "
		"features\n"
		"that this machine lacks are notes.  Exit status: 0 good, 1 an assertion failed, 2 "
		"bad "
		"policy.\n",
};
