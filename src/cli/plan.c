/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/scoped.h"
#include "base/text.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "plan/plan.h"

static size_t edges_from(const struct plan *plan, const struct plan_service *service)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->edge_count; i++)
		count += text_equal(plan->edges[i].from, service->name);
	for (size_t i = 0; i < plan->host_edge_count; i++)
		count += text_equal(plan->host_edges[i].from, service->name);
	for (size_t i = 0; i < plan->outside_count; i++)
		count += text_equal(plan->outsides[i].from, service->name);
	return count;
}

/* System calls that are let through, each once: some by several conditions. */
static size_t calls_of(const struct plan_service *service)
{
	size_t count = 0;

	for (size_t i = 0; i < service->call_count; i++)
		count += service->calls[i].action == PLAN_ALLOW &&
			 (i == 0 || service->calls[i - 1].number != service->calls[i].number);
	return count;
}

static void write_service(const struct plan *plan, const struct plan_service *service)
{
	printf("  %-16s %-16s uid %-10u %3zu calls %3zu nodes %3zu listens %3zu edges  %s\n",
		service->name, service->role ? service->role : "-", service->identity.uid,
		calls_of(service), service->node_count, service->listen_count,
		edges_from(plan, service), service->linked ? service->address4 : "no link");
}

static bool same_gap(const struct plan_gap *left, const struct plan_gap *right)
{
	return text_equal(left->feature, right->feature) && text_equal(left->text, right->text) &&
	       !left->service == !right->service && left->required == right->required &&
	       left->accepted == right->accepted;
}

/* One gap for all services that it is in. */
static void write_gap(const struct plan *plan, size_t index)
{
	const struct plan_gap *gap = &plan->gaps[index];

	for (size_t i = 0; i < index; i++)
		if (same_gap(&plan->gaps[i], gap))
			return;
	printf("  %s '%s' %s: %s\n", gap->required ? "*" : "+", gap->feature,
		gap->not_tried  ? "was not tried"
		: gap->accepted ? "is missing, as accepted"
				: "is missing",
		gap->text);
	if (gap->not_tried)
		puts("      to try it: run it as root");
	else
		printf("      to get it: %s\n", gap->get);
	printf("      in: %s", gap->service ? gap->service : "the stack");
	for (size_t i = index + 1; i < plan->gap_count; i++)
		if (same_gap(&plan->gaps[i], gap))
			printf(" %s", plan->gaps[i].service);
	putchar('\n');
}

static void write_plan(const struct plan *plan)
{
	size_t edges = plan->edge_count + plan->host_edge_count + plan->outside_count,
	       doors = plan_doors(plan);

	printf("stack %s: %zu service%s, %zu edge%s, %zu published port%s", plan->stack,
		plan->service_count, plan->service_count == 1 ? "" : "s", edges,
		edges == 1 ? "" : "s", doors, doors == 1 ? "" : "s");
	if (plan->network.prefix4)
		printf(", network %s", plan->network.prefix4);
	putchar('\n');
	for (size_t i = 0; i < plan->service_count; i++)
		write_service(plan, &plan->services[i]);
	if (plan->gap_count)
		puts("what this machine cannot give (* stops the launch, + is left out):");
	for (size_t i = 0; i < plan->gap_count; i++)
		write_gap(plan, i);
	puts("`bulkhead plan --json` prints every rule, `bulkhead explain SERVICE` says it in "
	     "words");
}

static int plan(const struct cli_options *options)
{
	struct cli_loaded loaded;
	int status;

	if (options->operand_count)
		return cli_wrong(options, "plan takes no '%s'", options->operands[0]);
	status = cli_load(options, CLI_JUDGE, &loaded);
	if (status == 0 && options->json) {
		scoped(memory) char *text = plan_write(loaded.plan);

		puts(text);
	} else if (status == 0) {
		write_plan(loaded.plan);
	}
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_plan = {
	.name = "plan",
	.arguments = "",
	.summary = "the compiled plan: every rule, with its origin",
	.accepts = CLI_POLICY | CLI_JSON | CLI_HOST,
	.run = plan,
	.help = "--json prints every rule.  The same policy and machine give the same bytes.\n"
		"--host plans for the machine that `doctor --json -f POLICY` described.\n",
};
