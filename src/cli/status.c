/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/status.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"

static const char *const colors[] = {
	[ENFORCE_ENFORCED] = "\033[32m",
	[ENFORCE_RECORDED] = "\033[32m",
	[ENFORCE_WEAKER] = "\033[1;31m",
	[ENFORCE_ABSENT] = "\033[33m",
	[ENFORCE_UNKNOWN] = "\033[1;31m",
};

static void write_row(const struct stack_status_row *row, const char *before, int width, bool color)
{
	printf("%-*s  %-12s  %s%-9s%s ", width,
		text_equal(row->subject, before) ? "" : row->subject, row->layer,
		color ? colors[row->state] : "",
		row->state == ENFORCE_ABSENT && row->expected ? "absent +"
							      : stack_status_words[row->state],
		color ? "\033[0m" : "");
	cli_put(stdout, row->text);
	if (row->where.file && row->state > ENFORCE_RECORDED)
		printf("  %s:%u:%u", row->where.file, row->where.line, row->where.column);
	putchar('\n');
}

static const char *describe(const struct stack_status *status, size_t audits)
{
	size_t drifts = 0;

	for (size_t i = 0; i < status->row_count; i++)
		drifts += status->rows[i].state > ENFORCE_RECORDED && !status->rows[i].expected;
	if (drifts > audits)
		return "not as planned";
	return drifts ? "in audit mode, else as planned" : "as planned";
}

/* The last line says all of it, for whoever reads no other. */
static void write_sum(const struct stack_status *status)
{
	size_t counts[ENFORCE_UNKNOWN + 1] = {0}, without = 0, audits = 0;

	for (size_t i = 0; i < status->row_count; i++) {
		audits += status->rows[i].audit;
		if (status->rows[i].expected)
			without++;
		else
			counts[status->rows[i].state]++;
	}
	printf("%s is %s: %zu enforced, %zu recorded, %zu weaker, %zu absent", status->stack,
		describe(status, audits), counts[ENFORCE_ENFORCED], counts[ENFORCE_RECORDED],
		counts[ENFORCE_WEAKER], counts[ENFORCE_ABSENT]);
	if (counts[ENFORCE_UNKNOWN])
		printf(", %zu unknown", counts[ENFORCE_UNKNOWN]);
	if (audits)
		printf("; %zu weaker by audit mode", audits);
	if (without)
		printf("; %zu that this machine lacks and the policy does without", without);
	putchar('\n');
}

static int subject_width(const struct stack_status *status)
{
	size_t width = 0;

	for (size_t i = 0; i < status->row_count; i++)
		if (strlen(status->rows[i].subject) > width)
			width = strlen(status->rows[i].subject);
	return (int)width;
}

static void write_all(const struct stack_status *status)
{
	const char *before = NULL;
	int width = subject_width(status);

	for (size_t i = 0; i < status->row_count; i++) {
		write_row(&status->rows[i], before, width, cli_color(stdout));
		before = status->rows[i].subject;
	}
}

/* The layers of the rows from @first to @next that are @state, in one line; was there one? */
static bool write_layers(const struct stack_status *status, size_t first, size_t next,
	enum enforce_state state, const char *subject, int width)
{
	bool color = cli_color(stdout), any = false;

	for (size_t i = first; i < next; i++) {
		const struct stack_status_row *row = &status->rows[i];

		if (row->state != state)
			continue;
		if (!any)
			printf("%-*s  %s%s%s", width, subject, color ? colors[state] : "",
				stack_status_words[state], color ? "\033[0m" : "");
		printf(" %s", row->layer);
		any = true;
	}
	if (any)
		putchar('\n');
	return any;
}

/* The subject of row @first: what is as planned in a line or two.  Returns the row of the next. */
static size_t write_subject(const struct stack_status *status, size_t first, int width)
{
	const char *subject = status->rows[first].subject;
	size_t next = first;
	bool any;

	while (next < status->row_count && text_equal(status->rows[next].subject, subject))
		next++;
	any = write_layers(status, first, next, ENFORCE_ENFORCED, subject, width);
	any |= write_layers(status, first, next, ENFORCE_RECORDED, any ? "" : subject, width);
	for (size_t i = first; i < next; i++)
		if (status->rows[i].state > ENFORCE_RECORDED && !status->rows[i].expected) {
			write_row(&status->rows[i], any ? subject : NULL, width, cli_color(stdout));
			any = true;
		}
	return next;
}

static void write_brief(const struct stack_status *status)
{
	int width = subject_width(status);

	for (size_t i = 0; i < status->row_count;)
		i = write_subject(status, i, width);
}

static void write_status(const struct stack_status *status, bool brief)
{
	if (brief)
		write_brief(status);
	else
		write_all(status);
	write_sum(status);
}

static int status(const struct cli_options *options)
{
	struct cli_stack stack;
	int result = cli_need_root(options, "status", "it reads what the kernel enforces");

	if (result)
		return result;
	result = cli_stack_read(options, &stack);
	if (result == 0) {
		const struct stack_status *read = stack_status(stack.state, stack.arena);

		if (options->json)
			cli_json(&stack_status_record, read);
		else
			write_status(read, options->brief);
		result = read->drift ? 1 : 0;
	}
	cli_stack_done(&stack);
	return result;
}

const struct cli_verb cli_status = {
	.name = "status",
	.arguments = "[STACK]",
	.summary = "what the kernel enforces now, compared with the plan",
	.accepts = CLI_POLICY | CLI_JSON | CLI_BRIEF,
	.run = status,
	.help = "Read from the kernel: enforced, weaker or absent, for each layer of each "
		"service;\n"
		"`recorded`: the launch did it or would have failed, and no kernel shows it.\n"
		"`absent +`: this machine lacks it and the policy does without.\n"
		"Without STACK: the stack of the policy, else the only one that is up.\n"
		"Exit status: 0 as planned, 1 something is weaker, absent or not running.\n",
};
