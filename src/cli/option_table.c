/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/option_table.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "catalog/layer.h"
#include "cli/options.h"
#include "host/host.h"

enum { MOST_SECONDS = 24 * 60 * 60 };

int cli_option_wrong(struct fault *why, const char *format, ...)
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
		return cli_option_wrong(why, "more than %d policies", CLI_MOST_POLICIES);
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
		return cli_option_wrong(why, "'%s' is not a number of lines", value);
	options->lines = (unsigned)lines;
	return 0;
}

/* It becomes part of a path. */
static int take_stack(struct cli_options *options, const char *value, struct fault *why)
{
	if (strchr(value, '/') || value[0] == '.' || !value[0])
		return cli_option_wrong(why, "'%s' is not the name of a stack", value);
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

		cli_option_wrong(why, "unknown layer '%s'", value);
		if (near)
			fault_hint(why, "did you mean %s?", near);
		return -EINVAL;
	}
	options->without |= 1U << layer;
	return 0;
}

static int take_depth(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->depth = true;
	return 0;
}

static int take_dot(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->dot = true;
	return 0;
}

static int take_svg(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->svg = true;
	return 0;
}

static int take_denied(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->denied = true;
	return 0;
}

static int take_junit(struct cli_options *options, const char *value, struct fault *why)
{
	(void)why;
	options->junit = value;
	return 0;
}

static int take_kill(struct cli_options *options, const char *value, struct fault *why)
{
	uint64_t step;

	if (!text_number(value, INT_MAX, &step))
		return cli_option_wrong(why, "'%s' is not the number of a step", value);
	options->kill_after = (unsigned)step;
	return 0;
}

static int take_fail(struct cli_options *options, const char *value, struct fault *why)
{
	uint64_t step;

	if (!text_number(value, INT_MAX, &step))
		return cli_option_wrong(why, "'%s' is not the number of a step", value);
	options->fail_after = (unsigned)step;
	return 0;
}

static int take_dry(struct cli_options *options, const char *value, struct fault *why)
{
	(void)value;
	(void)why;
	options->dry = true;
	return 0;
}

static int take_within(struct cli_options *options, const char *value, struct fault *why)
{
	uint64_t seconds;

	if (!text_number(value, MOST_SECONDS, &seconds) || seconds == 0)
		return cli_option_wrong(why, "'%s' is not a number of seconds from 1 to %d", value,
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
	return cli_option_wrong(why, "unknown feature '%s'", value);
}

const struct cli_option cli_option_table[CLI_OPTION_COUNT] = {
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
	{"dot", 0, NULL, "answer as a graph for graphviz", CLI_GRAPH, take_dot},
	{"svg", 0, NULL, "answer as a picture", CLI_GRAPH, take_svg},
	{"denied", 0, NULL, "what was refused alone", CLI_GRAPH, take_denied},
	{"dry-run", 0, NULL, "say what would change, and change nothing", CLI_DRY, take_dry},
	{"depth", 0, NULL, "again without what stopped it, until it gets through", CLI_DEPTH,
		take_depth},
	{"without", 0, "LAYER", "leave a layer off, on scratch data; repeat it for several",
		CLI_LEAVE, take_without},
	{"junit", 0, "FILE", "write what was found as JUnit XML too", CLI_JUNIT, take_junit},
	{"without", 0, "LAYER", "leave a layer out (test builds only)", CLI_WITHOUT, take_without},
	{"kill-after", 0, "STEP", "die after this step of the launch (test builds only)", CLI_KILL,
		take_kill},
	{"fail-after", 0, "STEP", "fail at this step (test builds only)", CLI_FAIL, take_fail},
	{"lacks", 0, "FEATURE", "take a feature for missing (test builds only)", CLI_LACKS,
		take_lacks},
	{"help", 'h', NULL, "this text", 0, take_help},
};
