/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "catalog/layer.h"
#include "config.h"
#include "host/host.h"

enum { MOST_SECONDS = 24 * 60 * 60 };

struct option {
	const char *name; /* without the dashes */
	char letter;      /* 0: none */
	const char *argument;
	const char *help;
	unsigned accepts; /* 0: every verb */
	int (*take)(struct cli_options *options, const char *value, struct fault *why);
};

/* Wrong use has no errno that would help. */
static int __attribute__((format(printf, 2, 3))) wrong(struct fault *why, const char *format, ...)
{
	va_list arguments;

	fault_of(why, FAULT_USAGE, 0, (struct where){0}, "%s", "");
	va_start(arguments, format);
	vsnprintf(why->text, sizeof(why->text), format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static int take_policy(struct cli_options *options, const char *value, struct fault *why)
{
	if (!options->policy_given)
		options->policy_count = 0;
	if (options->policy_count == CLI_MOST_POLICIES)
		return wrong(why, "more than %d policies", CLI_MOST_POLICIES);
	options->policies[options->policy_count++] = value;
	options->policy_given = true;
	return 0;
}

static int take_json(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->json = true;
	return 0;
}

static int take_help(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->help = true;
	return 0;
}

static int take_roles(struct cli_options *options, const char *value, struct fault *why)
{
	(void)why;
	options->roles = value;
	return 0;
}

static int take_host(struct cli_options *options, const char *value, struct fault *why)
{
	(void)why;
	options->host = value;
	return 0;
}

static int take_all(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->all = true;
	return 0;
}

static int take_follow(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->follow = true;
	return 0;
}

static int take_lines(struct cli_options *options, const char *value, struct fault *why)
{
	uint64_t lines;

	if (!text_number(value, CLI_NO_LINES - 1, &lines))
		return wrong(why, "'%s' is not a number of lines", value);
	options->lines = (unsigned)lines;
	return 0;
}

/* It becomes part of a path. */
static int take_stack(struct cli_options *options, const char *value, struct fault *why)
{
	if (strchr(value, '/') || value[0] == '.' || !value[0])
		return wrong(why, "'%s' is not the name of a stack", value);
	options->stack = value;
	return 0;
}

static int take_brief(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->brief = true;
	return 0;
}

static int take_foreground(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->foreground = true;
	return 0;
}

static int take_role(struct cli_options *options, const char *value, struct fault *why)
{
	(void)why;
	options->role = value;
	return 0;
}

static int take_bring(struct cli_options *options, const char *value, struct fault *why)
{
	(void)why;
	options->bring = value;
	return 0;
}

static int take_without(struct cli_options *options, const char *value, struct fault *why)
{
	int layer = catalog_layer(value);

	if (layer < 0) {
		const char *near = text_nearest(value, catalog_layer_names, LAYER_COUNT);

		wrong(why, "unknown layer '%s'", value);
		if (near)
			fault_hint(why, "did you mean %s?", near);
		return -EINVAL;
	}
	options->without |= 1U << layer;
	return 0;
}

static int take_kill(struct cli_options *options, const char *value, struct fault *why)
{
	uint64_t step;

	if (!text_number(value, INT_MAX, &step))
		return wrong(why, "'%s' is not the number of a step", value);
	options->kill_after = (unsigned)step;
	return 0;
}

static int take_within(struct cli_options *options, const char *value, struct fault *why)
{
	uint64_t seconds;

	if (!text_number(value, MOST_SECONDS, &seconds) || seconds == 0)
		return wrong(why, "'%s' is not a number of seconds from 1 to %d", value,
			(int)MOST_SECONDS);
	options->within = (unsigned)seconds;
	return 0;
}

static int take_lacks(struct cli_options *options, const char *value, struct fault *why)
{
	for (int i = 0; i < HOST_FEATURE_COUNT; i++)
		if (text_equal(host_features[i].name, value)) {
			options->lacks |= HOST_FEATURE_BIT(i);
			return 0;
		}
	return wrong(why, "unknown feature '%s'", value);
}

/* Order is the order of --help. */
static const struct option table[] = {
	{"follow", 'f', NULL, "go on with what is written from now on", CLI_FOLLOW, take_follow},
	{"lines", 'n', "LINES", "so many of the last lines of each (default 20)", CLI_LINES,
		take_lines},
	{"stack", 0, "STACK", "this stack, whatever policy lies here", CLI_STACK, take_stack},
	{"file", 'f', "POLICY", "the policy (default bulkhead.yaml); repeat it for overlays",
		CLI_POLICY, take_policy},
	{"roles", 0, "DIR", "look for roles here first", CLI_POLICY, take_roles},
	{"role", 0, "ROLE", "no policy: one service of this role", CLI_ROLE, take_role},
	{"bring", 0, "FILE", "add one static program to the view, at /run/bring", CLI_BRING,
		take_bring},
	{"host", 0, "FILE", "plan for the machine that `doctor --json` described", CLI_HOST,
		take_host},
	{"within", 0, "SECONDS", "wait so long for the next to start or be ready (default 30)",
		CLI_WITHIN, take_within},
	{"all", 0, NULL, "a line for each attempt", CLI_ALL, take_all},
	{"all", 0, NULL, "every stack that is up", CLI_EVERY, take_all},
	{"foreground", 0, NULL, "stay, and end with the supervisor", CLI_FOREGROUND,
		take_foreground},
	{"brief", 0, NULL, "a line for each process; more for what is not as planned", CLI_BRIEF,
		take_brief},
	{"json", 0, NULL, "answer in JSON", CLI_JSON, take_json},
	{"without", 0, "LAYER", "leave a layer out (test builds only)", CLI_WITHOUT, take_without},
	{"kill-after", 0, "STEP", "die after this step of the launch (test builds only)", CLI_KILL,
		take_kill},
	{"lacks", 0, "FEATURE", "take a feature for missing (test builds only)", CLI_LACKS,
		take_lacks},
	{"help", 'h', NULL, "this text", 0, take_help},
};

enum { OPTION_COUNT = sizeof(table) / sizeof(table[0]) };

static bool accepted(const struct option *option, unsigned accepts)
{
	if (!BULKHEAD_TEST_BUILD && option->accepts & (CLI_WITHOUT | CLI_KILL | CLI_LACKS))
		return false;
	return option->accepts == 0 || option->accepts & accepts;
}

/* A letter is the first one's that a verb accepts. */
static char letter_of(const struct option *option, unsigned accepts)
{
	for (const struct option *other = table; other < option; other++)
		if (other->letter == option->letter && accepted(other, accepts))
			return 0;
	return option->letter;
}

static int unknown(const char *word, unsigned accepts, struct fault *why)
{
	const char *names[OPTION_COUNT], *near;
	char name[64];
	size_t count = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (accepted(&table[i], accepts))
			names[count++] = table[i].name;
	wrong(why, "unknown option '%s'", word);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + strspn(word, "-"), "="),
		word + strspn(word, "-"));
	near = text_nearest(name, names, count);
	if (near)
		fault_hint(why, "did you mean --%s?", near);
	return -EINVAL;
}

static const struct option *find_option(const char *word, unsigned accepts, const char **value)
{
	*value = NULL;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &table[i];
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
	const struct option *option = find_option(word, accepts, &value);

	if (!option)
		return unknown(word, accepts, why);
	if (option->argument && !value) {
		if (*at + 1 >= argc)
			return wrong(why, "option '%s' needs %s", word, option->argument);
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
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &table[i];
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
