/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/terminal.h"
#include "base/text.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "stack/overview.h"

/* Lines end before this column where words can go to the next. */
enum { WIDTH = 100, MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, SHORT = 40, STATE = 11 };

static const char *uptime_text(uint64_t seconds, char text[SHORT])
{
	if (seconds >= 100 * (uint64_t)HOUR)
		snprintf(text, SHORT, "%" PRIu64 "d", seconds / DAY);
	else
		snprintf(text, SHORT, "%" PRIu64 ":%02u:%02u", seconds / HOUR,
			(unsigned)(seconds / MINUTE % 60), (unsigned)(seconds % MINUTE));
	return text;
}

static const char *cpu_text(const struct stack_usage *usage, char text[SHORT])
{
	uint64_t seconds = usage->cpu_milliseconds / 1000;

	if (usage->cpu_from == STACK_USAGE_UNKNOWN)
		return "-";
	if (seconds < 100)
		snprintf(text, SHORT, "%" PRIu64 ".%02us", seconds,
			(unsigned)(usage->cpu_milliseconds % 1000 / 10));
	else
		snprintf(text, SHORT, "%" PRIu64 "m%02us", seconds / MINUTE,
			(unsigned)(seconds % MINUTE));
	return text;
}

static const char *memory_text(const struct stack_usage *usage, char text[SHORT])
{
	uint64_t tenths = usage->memory_bytes * 10 / (UINT64_C(1024) * 1024);

	if (usage->memory_from == STACK_USAGE_UNKNOWN)
		return "-";
	if (tenths < 10000)
		snprintf(text, SHORT, "%" PRIu64 ".%uM", tenths / 10, (unsigned)(tenths % 10));
	else
		snprintf(text, SHORT, "%" PRIu64 ".%uG", tenths / 10240,
			(unsigned)(tenths % 10240 / 1024));
	return text;
}

/* Words in the last column, which go on below it. */
struct last_column {
	int indent, column;
};

static void add_word(struct last_column *last, const char *word)
{
	int length = (int)strlen(word) + 1;

	if (last->column > last->indent && last->column + length > WIDTH) {
		printf("\n%*s", last->indent, "");
		last->column = last->indent;
	}
	last->column += printf(" %s", word);
}

/* "14s", "3h12m" */
static const char *span_text(int seconds, char text[SHORT])
{
	if (seconds < MINUTE)
		snprintf(text, SHORT, "%ds", seconds);
	else if (seconds < HOUR)
		snprintf(text, SHORT, "%dm%02ds", seconds / MINUTE, seconds % MINUTE);
	else
		snprintf(text, SHORT, "%dh%02dm", seconds / HOUR, seconds % HOUR / MINUTE);
	return text;
}

static void write_last_column(const struct stack_overview_row *row, struct last_column last)
{
	char text[4 * SHORT], span[SHORT];
	size_t used = 0;

	for (size_t i = 0; i < row->publish_count; i++)
		add_word(&last, row->publishes[i]);
	for (size_t i = 0; i < row->listen_count; i++)
		add_word(&last, row->listens[i]);
	if (row->job)
		used += (size_t)snprintf(text, sizeof(text), "%s", row->job);
	if (row->starts_in >= 0)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%sstarts in %s",
			used ? ", " : "", span_text(row->starts_in, span));
	if (row->last)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%slast: %s",
			used ? ", " : "", row->last);
	if (used)
		add_word(&last, text);
	putchar('\n');
}

static void write_row(const struct stack_overview_row *row, int width)
{
	char uptime[SHORT] = "", cpu[SHORT] = "", memory[SHORT] = "", pid[SHORT] = "-";
	char count[SHORT] = "";
	int column = printf("%-*s  ", width, row->service);
	int state = (int)terminal_columns(row->state, strlen(row->state));

	if (row->pid) {
		snprintf(pid, sizeof(pid), "%d", row->pid);
		uptime_text(row->uptime, uptime);
		snprintf(count, sizeof(count), "%u", row->usage.processes);
	}
	cli_put(stdout, row->state);
	column += state + printf("%*s %8s %9s %8u %7s %7s %5s ", state < STATE ? STATE - state : 0,
				  "", pid, uptime, row->restarts,
				  row->pid ? cpu_text(&row->usage, cpu) : "",
				  row->pid ? memory_text(&row->usage, memory) : "", count);
	write_last_column(row, (struct last_column){column, column});
	if (row->why && !text_equal(row->why, row->last)) {
		printf("%-*s  ", width, "");
		cli_put(stdout, row->why);
		putchar('\n');
	}
}

static bool by_processes(const struct stack_overview *overview)
{
	for (size_t i = 0; i < overview->row_count; i++)
		if (overview->rows[i].usage.memory_from == STACK_USAGE_PROCESSES)
			return true;
	return false;
}

static void write_table(const struct stack_overview *overview)
{
	int width = (int)strlen("SERVICE");

	for (size_t i = 0; i < overview->row_count; i++)
		if ((int)strlen(overview->rows[i].service) > width)
			width = (int)strlen(overview->rows[i].service);
	printf("%-*s  %-11s %8s %9s %8s %7s %7s %5s  %s\n", width, "SERVICE", "STATE", "PID",
		"UPTIME", "RESTARTS", "CPU", "MEMORY", "PROCS", "PORTS");
	for (size_t i = 0; i < overview->row_count; i++)
		write_row(&overview->rows[i], width);
	if (by_processes(overview) || !overview->supervised)
		putchar('\n');
	if (by_processes(overview))
		puts("memory is summed over processes: their cgroups have no memory controller "
		     "here");
	if (!overview->supervised)
		puts("no supervisor answers: nothing is started again until `bulkhead up`");
}

static int ps(const struct cli_options *options)
{
	struct cli_stack stack;
	int status = cli_need_root(options, "ps", "the state of a stack is for root alone");

	if (status)
		return status;
	status = cli_stack_read(options, &stack);
	if (status == 0) {
		const struct stack_overview *overview = stack_overview(stack.state, stack.arena);

		if (options->json)
			cli_json(&stack_overview_record, overview);
		else
			write_table(overview);
	}
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_ps = {
	.name = "ps",
	.arguments = "[STACK]",
	.summary = "the services of a stack: state, what they use, ports",
	.accepts = CLI_POLICY | CLI_JSON,
	.run = ps,
	.help = "Without STACK: the stack of the policy, else the only one that is up.\n"
		"CPU time and memory are those of the service's cgroup; without a memory "
		"controller\n"
		"the shares of its processes.  Ports: those of this machine that lead to it, then "
		"what\n"
		"it has bound itself.\n"
		"Exit status: 0 up, 1 not up.\n",
};
