/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "cli/option_table.h"
#include "config.h"

static bool accepted(const struct cli_option *option, unsigned accepts)
{
	if (!BULKHEAD_TEST_BUILD &&
		option->accepts & (CLI_WITHOUT | CLI_KILL | CLI_FAIL | CLI_LACKS))
		return false;
	return option->accepts == 0 || option->accepts & accepts;
}

/* A letter is the first one's that a verb accepts. */
static char letter_of(const struct cli_option *option, unsigned accepts)
{
	for (const struct cli_option *other = cli_option_table; other < option; other++)
		if (other->letter == option->letter && accepted(other, accepts))
			return 0;
	return option->letter;
}

static int unknown(const char *word, unsigned accepts, struct fault *why)
{
	const char *names[CLI_OPTION_COUNT], *near;
	char name[64];
	size_t count = 0;

	for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
		if (accepted(&cli_option_table[i], accepts))
			names[count++] = cli_option_table[i].name;
	cli_option_wrong(why, "unknown option '%s'", word);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + strspn(word, "-"), "="),
		word + strspn(word, "-"));
	near = text_nearest(name, names, count);
	if (near)
		fault_hint(why, "did you mean --%s?", near);
	else if (accepts & CLI_COMMAND)
		fault_hint(why,
			"a command stands after --, with its options: bulkhead … -- COMMAND %s",
			word);
	return -EINVAL;
}

static const struct cli_option *find_option(const char *word, unsigned accepts, const char **value)
{
	*value = NULL;
	for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
		const struct cli_option *option = &cli_option_table[i];
		size_t length = strlen(option->name);

		if (!accepted(option, accepts))
			continue;
		if (word[1] != '-') {
			if (word[1] != letter_of(option, accepts) || (word[2] && !option->argument))
				continue;
			*value = word[2] ? word + 2 : NULL;
			return option;
		}
		if (strncmp(word + 2, option->name, length) != 0)
			continue;
		if (word[2 + length] == '\0')
			return option;
		if (word[2 + length] == '=' && option->argument) {
			*value = word + 3 + length;
			return option;
		}
	}
	return NULL;
}

static int take_option(int argc, char **argv, int *at, unsigned accepts,
	struct cli_options *options, struct fault *why)
{
	const char *value, *word = argv[*at];
	const struct cli_option *option = find_option(word, accepts, &value);

	if (!option)
		return unknown(word, accepts, why);
	if (option->argument && !value) {
		if (*at + 1 >= argc)
			return cli_option_wrong(
				why, "option '%s' needs %s", word, option->argument);
		value = argv[++*at];
	}
	return option->take(options, value, why);
}

int cli_options_parse(
	int argc, char **argv, unsigned accepts, struct cli_options *options, struct fault *why)
{
	*options = (struct cli_options){
		.policies = {"bulkhead.yaml"}, .policy_count = 1, .lines = CLI_NO_LINES};
	options->operands = argv + 1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			if (!(accepts & CLI_COMMAND))
				return unknown("--", accepts, why);
			options->command = argv + i + 1;
			return 0;
		}
		if (argv[i][0] == '-' && argv[i][1]) {
			int error = take_option(argc, argv, &i, accepts, options, why);

			if (error < 0)
				return error;
		} else {
			options->operands[options->operand_count++] = argv[i];
		}
	}
	return 0;
}

void cli_options_help(unsigned accepts)
{
	for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
		const struct cli_option *option = &cli_option_table[i];
		char left[40];

		if (!accepted(option, accepts))
			continue;
		char letter = letter_of(option, accepts);

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", letter ? '-' : ' ',
			letter ? letter : ' ', letter ? ", " : "  ", option->name,
			option->argument ? " " : "", option->argument ? option->argument : "");
		printf("  %-22s  %s\n", left, option->help);
	}
}
