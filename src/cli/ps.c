/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/text.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/state.h"

struct row {
	const char *service, *state;
	int pid;
	uint64_t uptime; /* seconds */
	const char *ports;
};

struct table {
	const char *stack;
	struct row *rows;
	size_t row_count;
};

static const struct record_field row_fields[] = {
	RECORD_ITEM(struct row, RECORD_TEXT, service),
	RECORD_ITEM(struct row, RECORD_TEXT, state),
	RECORD_ITEM(struct row, RECORD_INT, pid),
	RECORD_ITEM(struct row, RECORD_U64, uptime),
	RECORD_ITEM(struct row, RECORD_TEXT, ports),
};
static const struct record_type row_type = RECORD_TYPE(struct row, row_fields);
static const struct record_field table_fields[] = {
	RECORD_ITEM(struct table, RECORD_TEXT, stack),
	RECORD_ITEM_LIST(struct table, rows, row_count, &row_type),
};
static const struct record_type table_type = RECORD_TYPE(struct table, table_fields);

static const char *ports_of(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];
		const char *space = *text ? " " : "";

		if (listen->transport == PLAN_UNIX)
			text = arena_printf(arena, "%s%sunix:%s", text, space, listen->path);
		else
			text = arena_printf(arena, "%s%s%" PRIu32 "%s", text, space, listen->first,
				listen->transport == PLAN_UDP ? "/udp" : "");
	}
	for (size_t i = 0; i < plan->publish_count; i++)
		if (text_equal(plan->publishes[i].service, service->name)) {
			bool wide = strchr(plan->publishes[i].address, ':');

			text = arena_printf(arena, "%s%s%s%s%s:%" PRIu32 "->%" PRIu32, text,
				*text ? " " : "", wide ? "[" : "", plan->publishes[i].address,
				wide ? "]" : "", plan->publishes[i].host_port,
				plan->publishes[i].port);
		}
	return text;
}

static void fill(const struct stack_state *state, struct table *table, struct arena *arena)
{
	table->stack = state->stack;
	for (size_t i = 0; i < state->plan->service_count; i++) {
		const struct plan_service *service = &state->plan->services[i];
		const struct stack_member *member = stack_state_service(state, service->name);
		struct row *row =
			arena_append(arena, &table->rows, &table->row_count, sizeof(*row));

		row->service = service->name;
		row->ports = ports_of(state->plan, service, arena);
		if (!member) {
			row->state = "not started";
		} else if (!stack_member_alive(member)) {
			row->state = stack_exit_read(state->folder, service->name, arena);
			row->state = row->state ? row->state : "ended";
		} else {
			row->state = "running";
			row->pid = member->process;
			row->uptime = stack_member_uptime(member);
		}
	}
}

static void write_table(const struct table *table)
{
	printf("%-18s %8s  %-12s %10s  %s\n", "SERVICE", "PID", "STATE", "UPTIME", "PORTS");
	for (size_t i = 0; i < table->row_count; i++) {
		const struct row *row = &table->rows[i];
		char uptime[32] = "", pid[16] = "-";

		if (row->pid) {
			snprintf(pid, sizeof(pid), "%d", row->pid);
			snprintf(uptime, sizeof(uptime), "%" PRIu64 ":%02u:%02u",
				row->uptime / 3600, (unsigned)(row->uptime / 60 % 60),
				(unsigned)(row->uptime % 60));
		}
		printf("%-18s %8s  %-12s %10s  %s\n", row->service, pid, row->state, uptime,
			row->ports);
	}
}

static int ps(const struct cli_options *options)
{
	struct cli_stack stack;
	struct table table = {0};
	int status = cli_need_root(options, "ps", "the state of a stack is for root alone");

	if (status)
		return status;
	status = cli_stack_read(options, &stack);
	if (status == 0) {
		fill(stack.state, &table, stack.arena);
		if (options->json)
			cli_json(&table_type, &table);
		else
			write_table(&table);
	}
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_ps = {
	.name = "ps",
	.arguments = "[STACK]",
	.summary = "the services of a stack: state, pid, uptime, ports",
	.accepts = CLI_POLICY | CLI_JSON,
	.run = ps,
	.help = "Without STACK: the stack of the policy, else the only one that is up.\n"
		"Exit status: 0 up, 1 not up.\n",
};
