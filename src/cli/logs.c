/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/terminal.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "stack/log_follow.h"

enum { USUAL_LINES = 20 };

struct writer {
	const struct cli_options *options;
	const char *stack;
	size_t width; /* of the names; 0: none is written, since there is but one log */
};

static void write_name(const struct writer *writer, const char *service)
{
	if (writer->width)
		printf("%-*s | ", (int)writer->width, service);
}

/* What a service prints is harmless on a terminal, and whole as JSON. */
static void write_line(const struct writer *writer, const struct stack_log_line *line)
{
	if (writer->options->json) {
		fputs("{\"stack\": ", stdout);
		terminal_put_json(stdout, writer->stack, strlen(writer->stack));
		fputs(", \"service\": ", stdout);
		terminal_put_json(stdout, line->service, strlen(line->service));
		fputs(", \"text\": ", stdout);
		terminal_put_json(stdout, line->text, line->length);
		fputs(line->lost ? ", \"lost\": true}\n" : "}\n", stdout);
		return;
	}
	if (line->lost) {
		write_name(writer, line->service);
		puts("[lines before this one went before they were read]");
	}
	write_name(writer, line->service);
	terminal_put(stdout, line->text, line->length);
	putchar('\n');
}

static void write_all(struct writer *writer, struct stack_logs *logs)
{
	struct stack_log_line line;

	if (stack_logs_count(logs) > 1)
		writer->width = stack_logs_width(logs);
	while (stack_logs_next(logs, &line))
		write_line(writer, &line);
}

static int show(const struct cli_options *options, struct cli_stack *stack)
{
	size_t lines = options->lines == CLI_NO_LINES ? USUAL_LINES : options->lines;
	struct writer writer = {.options = options, .stack = stack->name};
	struct stack_log_line line;
	struct stack_logs *logs;
	struct fault why = {0};

	if (stack_logs_open(stack->name, options->operands, (size_t)options->operand_count, lines,
		    stack->arena, &logs, &why) < 0)
		return cli_fail(options, &why);
	write_all(&writer, logs);
	while (options->follow && fflush(stdout) == 0) {
		stack_logs_wait(logs);
		write_all(&writer, logs);
	}
	while (stack_logs_rest(logs, &line))
		write_line(&writer, &line);
	stack_logs_close(logs);
	return 0;
}

static int logs_verb(const struct cli_options *options)
{
	struct cli_stack stack;
	int status = cli_need_root(options, "logs", "what services print is for root alone");

	if (status)
		return status;
	for (int i = 0; i < options->operand_count; i++)
		if (strstr(options->operands[i], ".yaml"))
			return cli_wrong(options,
				"'%s' is not a service: here -f means --follow, and the policy is "
				"--file",
				options->operands[i]);
	status = cli_stack_default(options, &stack);
	if (status == 0)
		status = show(options, &stack);
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_logs = {
	.name = "logs",
	.arguments = "[SERVICE...]",
	.summary = "what services have printed, and the supervisor; -f follows",
	.accepts = CLI_POLICY | CLI_JSON | CLI_FOLLOW | CLI_LINES | CLI_STACK,
	.run = logs_verb,
	.help = "Of all services and of the supervisor, or of those named; of each of its "
		"instances.\n"
		"The stack is that of the policy, else the only one that is up; one that is down "
		"has\n"
		"its logs still.  With --json one object a line.\n"
		"Exit status: 0 shown, 1 there is no such log.\n",
};
