/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a line of `connects` says of how much and how long, in the table of who connects: so it is
 * said once for all instances of a peer, and of each client for itself.
 *
 * A line is a set of peers, and up to three chains.  `came` and `went` see each packet of it,
 * before one that belongs to a connection is let through: bytes are a token bucket, which holds
 * what one period may carry and fills as fast as it may go on.  `begin` sees what begins a
 * connection.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "enforce/network_budget.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"

bool enforce_network_budget_next(struct network_budget *budget)
{
	const struct plan *plan = budget->plan;
	size_t index = budget->line ? (size_t)(budget->line - plan->budgets) + 1 : 0;

	if (plan_audit(budget->service, LAYER_NETWORK))
		return false;
	while (index < plan->budget_count &&
		!text_equal(plan->budgets[index].from, budget->service->name))
		index++;
	budget->line = index < plan->budget_count ? &plan->budgets[index] : NULL;
	budget->number = budget->line ? budget->line->number : 0;
	return budget->line;
}

/* How long what came too much is remembered: until it is acknowledged. */
enum { OVER_SECONDS = 5 };

static bool has_packets(const struct plan_budget *budget)
{
	return budget->bytes || budget->until;
}

static bool has_begins(const struct plan_budget *budget)
{
	return budget->new_connections || budget->connections;
}

static void write_peers(FILE *out, const char *name, const struct network_budget *budget, bool wide)
{
	const struct plan *plan = budget->plan;
	const uint32_t number = (uint32_t)(budget->line - plan->budgets) + 1;
	struct rules_set set =
		enforce_rules_set_begin(out, name, wide, enforce_rules_peer_type(wide));

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->budget != number)
			continue;
		const char *peer = enforce_rules_address(plan_service(plan, edge->to), wide);
		if (edge->transport == PLAN_UNIX || !peer)
			continue;
		enforce_rules_set_element(&set);
		fprintf(out, "%s . %s . %u", peer, enforce_rules_transport(edge->transport),
			edge->port);
	}
	for (size_t i = 0; i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];

		if (edge->budget != number)
			continue;
		enforce_rules_set_element(&set);
		fprintf(out, "%s . %s . %u", wide ? plan->network.router6 : plan->network.router4,
			enforce_rules_transport(edge->transport), edge->port);
	}
	enforce_rules_set_end(&set);
}

void enforce_rules_budget_peers(FILE *out, const char *name, const struct network_budget *budget)
{
	write_peers(out, name, budget, false);
	write_peers(out, name, budget, true);
}

static const char *period_of(uint32_t seconds)
{
	return seconds == 3600 ? "hour" : seconds == 60 ? "minute" : "second";
}

/* Does it end connections, by a day or by bytes? */
static bool ends(const struct plan_budget *line)
{
	return line->until || !(line->drop || line->alert);
}

/* Each way of going over is counted by itself, whatever is done then. */
static void write_counters(FILE *out, const struct network_budget *budget)
{
	for (enum plan_over way = 0; way < PLAN_OVER_COUNT; way++)
		if (plan_budget_has(budget->line, way, NULL))
			fprintf(out, "\tcounter over%zu_%s {\n\t}\n", budget->number,
				plan_over_names[way]);
}

static void write_over(FILE *out, const struct network_budget *budget, enum plan_over way)
{
	fprintf(out, " counter name \"over%zu_%s\"", budget->number, plan_over_names[way]);
}

/* What is done with what is over a limit: @reset is the chain for what is to be refused. */
static void write_end(FILE *out, const struct plan_budget *line, const char *reset)
{
	if (line->alert)
		fputs("\n", out);
	else
		fprintf(out, " %s%s\n", line->drop ? "" : "goto ", line->drop ? "drop" : reset);
}

/* Both ways take from one bucket. */
static void write_bucket(FILE *out, const struct network_budget *budget)
{
	const struct plan_budget *line = budget->line;

	if (line->bytes)
		fprintf(out,
			"\tlimit bucket%zu {\n"
			"\t\trate over %" PRIu64 " bytes/second burst %" PRIu64 " bytes\n\t}\n",
			budget->number, line->bytes / line->byte_seconds, line->bytes);
}

/* What of a packet is too much is the chain @over's, or dropped; a reset never is. */
static void write_judgement(
	FILE *out, const struct network_budget *budget, const char *chain, const char *over)
{
	const struct plan_budget *line = budget->line;

	fprintf(out, "\tchain %s%zu {\n" RULES_RESET_RETURNS, chain, budget->number);
	if (line->until) {
		fprintf(out, "\t\tmeta time >= \"%" PRIu64 "\"", line->end);
		write_over(out, budget, PLAN_OVER_UNTIL);
		fprintf(out, " goto %s\n", over);
	}
	if (line->bytes) {
		fprintf(out, "\t\tlimit name \"bucket%zu\"", budget->number);
		write_over(out, budget, PLAN_OVER_BYTES);
		write_end(out, line, over);
	}
}

/*
 * A connection is ended at the service's own end, by a reset for what it sends; the peer then hears
 * from it that there is none.  Were what comes refused, the service would wait for ever: it is let
 * in once, and what acknowledges it is refused.  What is no connection is dropped on its way in.
 */
static void write_packets(FILE *out, const struct network_budget *budget)
{
	char ended[32];

	snprintf(ended, sizeof(ended), "ended%zu", budget->number);
	write_bucket(out, budget);
	if (ends(budget->line))
		fprintf(out,
			"\tset over%zu {\n\t\ttype inet_proto . inet_service\n\t\tsize %d\n"
			"\t\tflags dynamic,timeout\n\t\ttimeout %ds\n\t}\n"
			"\tchain %s {\n\t\tmeta l4proto != tcp drop\n"
			"\t\tupdate @over%zu { meta l4proto . th dport } return\n"
			"\t\tdrop\n\t}\n",
			budget->number, NETWORK_CONNECTIONS, OVER_SECONDS, ended, budget->number);
	write_judgement(out, budget, "came", ended);
	fputs("\t}\n", out);
	write_judgement(out, budget, "went", "refused");
	if (ends(budget->line))
		fprintf(out, "\t\tmeta l4proto . th sport @over%zu goto refused\n", budget->number);
	fputs("\t}\n", out);
}

static void write_begins(FILE *out, const struct network_budget *budget)
{
	const struct plan_budget *line = budget->line;

	fprintf(out, "\tchain begin%zu {\n", budget->number);
	if (line->new_connections) {
		fprintf(out, "\t\tlimit rate over %u/%s burst %u packets", line->new_connections,
			period_of(line->new_seconds), line->new_connections);
		write_over(out, budget, PLAN_OVER_NEW);
		write_end(out, line, "refused");
	}
	if (line->connections) {
		fprintf(out, "\t\tct count over %u", line->connections);
		write_over(out, budget, PLAN_OVER_CONNECTIONS);
		write_end(out, line, "refused");
	}
	fputs("\t}\n", out);
}

void enforce_rules_budgets(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	bool any = false;

	EACH_BUDGET(budget, plan, service)
	{
		char name[32];

		any = true;
		snprintf(name, sizeof(name), "line%zu_", budget.number);
		enforce_rules_budget_peers(out, name, &budget);
		write_counters(out, &budget);
		if (has_packets(budget.line))
			write_packets(out, &budget);
		if (has_begins(budget.line))
			write_begins(out, &budget);
	}
	if (any)
		fputs("\tchain refused {\n" RULES_REFUSE "\t}\n", out);
}

/* For packets of its line, by the other end's address and port: @what, both families. */
static void write_rule(FILE *out, const struct network_budget *budget, const struct rules_way *way,
	const char *what)
{
	for (int wide = 0; wide < 2; wide++)
		fprintf(out, "\t\t%s %s . meta l4proto . th %s @line%zu_%d %s%s\n",
			wide ? "ip6" : "ip", way->address, way->port, budget->number, wide ? 6 : 4,
			way->besides, what);
}

static void write_jump(FILE *out, const struct network_budget *budget, const struct rules_way *way,
	const char *chain)
{
	char jump[40];

	snprintf(jump, sizeof(jump), "jump %s%zu", chain, budget->number);
	write_rule(out, budget, way, jump);
	enforce_rules_budget_outside(out, budget, way, jump);
}

/* Its class on the link, which is written in hexadecimal as all such numbers are (tc(8)). */
static void write_class(FILE *out, const struct network_budget *budget, const struct rules_way *way)
{
	char set[40];

	snprintf(set, sizeof(set), "meta priority set 1:%zx", budget->number);
	write_rule(out, budget, way, set);
	enforce_rules_budget_outside(out, budget, way, set);
}

void enforce_rules_budget_in(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	const struct rules_way from = {"saddr", "sport", "", false};

	EACH_BUDGET(budget, plan, service)
	{
		if (has_packets(budget.line))
			write_jump(out, &budget, &from, "came");
	}
}

void enforce_rules_budget_out(
	FILE *out, const struct plan *plan, const struct plan_service *service)
{
	const struct rules_way to = {"daddr", "dport", "", true};

	EACH_BUDGET(budget, plan, service)
	{
		if (budget.line->bandwidth)
			write_class(out, &budget, &to);
		if (has_packets(budget.line))
			write_jump(out, &budget, &to, "went");
	}
}

void enforce_rules_budget_begin(
	FILE *out, const struct plan *plan, const struct plan_service *service, const char *besides)
{
	const struct rules_way to = {"daddr", "dport", besides, true};

	EACH_BUDGET(budget, plan, service)
	{
		char jump[40];

		if (!has_begins(budget.line))
			continue;
		snprintf(jump, sizeof(jump), "jump begin%zu", budget.number);
		write_rule(out, &budget, &to, jump);
		enforce_rules_budget_begins_outside(out, &budget, &to, jump);
	}
}

bool enforce_rules_counts(const struct plan *plan, const struct plan_service *service)
{
	EACH_BUDGET(budget, plan, service)
	{
		if (budget.line->connections)
			return true;
	}
	return false;
}
