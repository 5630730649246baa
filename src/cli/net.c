/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/net.h"

#include <stdio.h>

#include "base/fault.h"
#include "cli/load.h"
#include "cli/net_text.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "plan/plan.h"
#include "stack/state.h"
#include "stack/traffic.h"

static int check_words(const struct cli_options *options)
{
	if (options->operand_count > 1)
		return cli_wrong(
			options, "one service at a time, not '%s' too", options->operands[1]);
	if (options->json + options->dot + options->svg > 1)
		return cli_wrong(options, "one answer at a time: --json, --dot or --svg");
	return 0;
}

static void write_net(const struct cli_options *options, struct analyze_net *net)
{
	if (options->denied)
		net->edge_count = 0;
	if (options->json)
		cli_json(&analyze_net_record, net);
	else if (options->dot)
		analyze_net_dot(net, stdout);
	else if (options->svg)
		analyze_net_svg(net, stdout);
	else
		cli_net_text(net, options->denied);
}

static int show(const struct cli_options *options, const struct cli_stack *stack)
{
	const char *only = options->operand_count ? options->operands[0] : NULL;
	const struct plan *plan = stack->state->plan;
	const struct plan_traffic *traffic;
	struct fault why = {0};

	if (only && !plan_service_named(plan, only)) {
		plan_no_service(plan, only, &why);
		why.code = 0;
		return cli_fail(options, &why);
	}
	traffic = stack_traffic(stack->state, stack->arena, &why);
	if (!traffic)
		return cli_fail(options, &why);
	write_net(options, analyze_net(plan, traffic, only, stack->arena));
	return 0;
}

static int net(const struct cli_options *options)
{
	struct cli_stack stack;
	int status = check_words(options);

	if (!status)
		status = cli_need_root(options, "net", "it reads what the kernel has counted");
	if (status)
		return status;
	status = cli_stack_default(options, &stack);
	if (!status)
		status = cli_stack_state(options, &stack);
	if (!status)
		status = show(options, &stack);
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_net = {
	.name = "net",
	.arguments = "[SERVICE]",
	.summary = "who talks to whom, how much, and what was refused",
	.accepts = CLI_POLICY | CLI_JSON | CLI_STACK | CLI_GRAPH,
	.run = net,
	.help = "Each edge with what it has carried since its service was started, then what was "
		"refused:\n"
		"who tried, whom, how often, which layer said no, and the smallest line that "
		"would\n"
		"allow it.  The kernel counts and keeps that itself.  With SERVICE: what it has "
		"to do\n"
		"with alone.\n"
		"Exit status: 0 shown, 1 the stack is not up.\n",
};
