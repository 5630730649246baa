/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/report.h"
#include "base/scoped.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "stack/state.h"
#include "stack/up.h"

static void say(void *context, const char *service, const char *text)
{
	const struct cli_stack *stack = context;

	(void)service;
	printf("%s: %s\n", stack->name, text);
	fflush(stdout);
}

/* The answer of --all: what became of each. */
struct row {
	const char *stack;
	const char *failed; /* why it is not down, or NULL */
};

struct answer {
	int code;
	struct row *stacks;
	size_t stack_count;
};

static const struct record_field row_fields[] = {
	RECORD_ITEM(struct row, RECORD_TEXT, stack),
	RECORD_ITEM(struct row, RECORD_TEXT, failed),
};
static const struct record_type row_type = RECORD_TYPE(struct row, row_fields);
static const struct record_field answer_fields[] = {
	RECORD_ITEM(struct answer, RECORD_INT, code),
	RECORD_ITEM_LIST(struct answer, stacks, stack_count, &row_type),
};
static const struct record_type answer_type = RECORD_TYPE(struct answer, answer_fields);

/* The others are taken down whatever became of one. */
static int take_down(const struct cli_options *options, struct row *row, struct arena *arena)
{
	struct cli_stack stack = {.name = row->stack};
	char sentence[FAULT_SENTENCE];
	struct fault why = {0};
	int error = stack_down(row->stack, options->json ? NULL : say, &stack, &why);

	/* It has gone meanwhile. */
	if (error == 0 || error == -ENOENT) {
		if (!options->json)
			printf("%s is down\n", row->stack);
		return 0;
	}
	row->failed = arena_text(arena, fault_sentence(&why, sentence, sizeof(sentence)));
	return options->json ? cli_exit_status(&why) : cli_fail(options, &why);
}

static int down_all(const struct cli_options *options)
{
	scoped(arena) struct arena *arena = arena_new();
	struct answer answer = {0};
	size_t count;
	const char **names = stack_names(arena, &count);

	if (options->operand_count > 0)
		return cli_wrong(options, "--all and '%s': one or the other", options->operands[0]);
	for (size_t i = 0; i < count; i++) {
		struct row *row =
			arena_append(arena, &answer.stacks, &answer.stack_count, sizeof(*row));

		row->stack = names[i];
		int status = take_down(options, row, arena);
		answer.code = status ? status : answer.code;
	}
	if (options->json)
		cli_json(&answer_type, &answer);
	else if (count == 0)
		puts("no stack is up");
	return answer.code;
}

static int down(const struct cli_options *options)
{
	struct cli_stack stack;
	struct fault why = {0};
	int status = cli_need_root(options, "down", "it ends processes and removes mounts");

	if (status)
		return status;
	if (options->all)
		return down_all(options);
	status = cli_stack_name(options, &stack);
	if (status == 0 && stack_down(stack.name, options->json ? NULL : say, &stack, &why) < 0)
		status = cli_fail(options, &why);
	else if (status == 0 && options->json)
		cli_report(options, report_new(stack.arena), 0);
	else if (status == 0)
		printf("%s is down\n", stack.name);
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_down = {
	.name = "down",
	.arguments = "[STACK]",
	.summary = "stop a stack and leave nothing of it",
	.accepts = CLI_POLICY | CLI_JSON | CLI_EVERY,
	.acts = true,
	.run = down,
	.help = "Without STACK: the stack of the policy, else the only one that is up.\n"
		"Services get what their `stop` says, SIGTERM and 10 s where it says nothing.  It\n"
		"works without the supervisor too.  Logs stay.\n"
		"Exit status: 0 down, also when --all finds none; 1 it was not up.\n",
};
