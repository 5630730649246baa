/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "host/host.h"

static const struct {
	const char *word, *color;
} states[] = {
	[HOST_NO] = {"no", "\033[31m"},
	[HOST_YES] = {"yes", "\033[32m"},
	[HOST_NOT_TRIED] = {"not tried", "\033[33m"},
};

static void write_feature(
	const struct host_feature_entry *entry, const struct host_feature_state *state, bool color)
{
	printf("%s%-9s%s %c %-22s %s", color ? states[state->state].color : "",
		states[state->state].word, color ? "\033[0m" : "", entry->required ? '*' : '+',
		entry->name, entry->what);
	if (state->detail)
		printf(" (%s)", state->detail);
	putchar('\n');
	if (state->state == HOST_NO)
		printf("            without it: %s\n            to get it: %s\n", entry->without,
			entry->get);
}

/* 0: all that a launch needs is there; 1: not all could be tried; 3: something is missing. */
static int judge(const struct host *host)
{
	int status = 0;

	for (size_t i = 0; i < host->feature_count; i++) {
		enum host_state state = host->features[i].state;

		if (!host_features[i].required || state == HOST_YES)
			continue;
		if (state == HOST_NO)
			return 3;
		status = 1;
	}
	return status;
}

static void write_table(const struct host *host, int status)
{
	static const char *const verdicts[] = {
		[0] = "everything that a launch needs is here",
		[1] = "not everything could be tried: run it as root",
		[3] = "a launch is refused on this machine",
	};
	bool color = cli_color(stdout);

	printf("Linux %s, %s; * is needed by every launch, + is used where it is\n\n",
		host->kernel ? host->kernel : "?", host->arch ? host->arch : "?");
	for (size_t i = 0; i < host->feature_count; i++)
		write_feature(&host_features[i], &host->features[i], color);
	printf("\n%s\n", verdicts[status]);
}

static int doctor(const struct cli_options *options)
{
	struct cli_loaded loaded = {0};
	struct host *host;
	int status = 0;

	if (options->operand_count)
		return cli_wrong(options, "doctor takes no '%s'", options->operands[0]);
	if (options->policy_given) {
		status = cli_load_host(options, &loaded);
		host = loaded.host;
	} else {
		loaded.arena = arena_new();
		host = host_probe(loaded.arena, HOST_ALL_FEATURES);
	}
	if (status == 0) {
		status = judge(host);
		if (options->json)
			cli_json(&host_record, host);
		else
			write_table(host, status);
	}
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "what this kernel offers, what is missing and how to get it",
	.accepts = CLI_POLICY | CLI_JSON,
	.run = doctor,
	.help = "Every feature is found by doing, never by version or name; what needs root to be\n"
		"tried says so.  --json describes the machine for `plan --host`; with -f it "
		"carries\n"
		"the users, programs and paths of that policy.  Exit status: 0 all that a launch\n"
		"needs is here, 1 not all could be tried, 3 something is missing.\n",
};
