/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "analyze/explain.h"
#include "base/fault.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "plan/plan.h"

enum { TEXT_WIDTH = 76, TEXT_START = 21 };

/* A list of words, broken at its spaces. */
static void write_wrapped(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > TEXT_WIDTH) {
			printf("\n%*s", TEXT_START, "");
			column = 0;
		} else if (column > 0) {
			putchar(' ');
			column++;
		}
		for (size_t i = 0; i < length; i++)
			putchar((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i]);
		column += length;
		text += length + strspn(text + length, " ");
	}
}

static void write_origin(const struct where *where, bool from_role, bool color)
{
	printf("  %s", color ? "\033[2m" : "");
	if (where->file)
		printf("%s:%u:%u", where->file, where->line, where->column);
	printf("%s%s\n", from_role ? " (role)" : "", color ? "\033[0m" : "");
}

static void write_right(const struct analyze_right *right, bool color)
{
	printf("    %-16s ", right->right);
	write_wrapped(right->what);
	if (right->absent)
		fputs(" (absent here: no right)", stdout);
	write_origin(&right->where, right->from_role, color);
	if (right->why) {
		printf("%*s", TEXT_START, "");
		write_wrapped(right->why);
		putchar('\n');
	}
}

/* The layers that are meant to stop what is denied, which `drill --depth` tries. */
static void write_walls(const struct analyze_rights *rights)
{
	puts("\n  held by");
	for (size_t i = 0; i < rights->wall_count; i++) {
		const struct analyze_wall *wall = &rights->walls[i];
		char text[200];
		size_t length = (size_t)snprintf(text, sizeof(text), "%s:", wall->sentence);

		for (size_t j = 0; j < wall->layer_count && length < sizeof(text); j++)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s %s",
				j ? "," : "", wall->layers[j]);
		printf("    %-16s ", wall->class);
		write_wrapped(text);
		putchar('\n');
	}
}

static void write_rights(const struct analyze_rights *rights, bool color)
{
	static const char *const nothing[LAYER_COUNT] = {
		[LAYER_CAPABILITIES] = "none",
		[LAYER_NETWORK] = "no socket of it reaches anything, and nothing reaches it",
	};

	printf("%s, role %s\n", rights->service, rights->role ? rights->role : "(none)");
	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		size_t count = 0;

		for (size_t i = 0; i < rights->right_count; i++) {
			if ((int)rights->rights[i].layer != layer)
				continue;
			if (count++ == 0)
				printf("\n  %s\n", catalog_layer_names[layer]);
			write_right(&rights->rights[i], color);
		}
		if (count == 0 && nothing[layer])
			printf("\n  %s\n    %s\n", catalog_layer_names[layer], nothing[layer]);
	}
	puts("\nwhat is not listed here is denied");
	write_walls(rights);
	puts("\n  life");
	for (size_t i = 0; i < rights->life_count; i++) {
		const struct analyze_fact *fact = &rights->life[i];

		printf("    %-16s ", fact->what);
		write_wrapped(fact->text);
		write_origin(&fact->where, fact->from_role, color);
	}
}

static int explain(const struct cli_options *options)
{
	struct cli_loaded loaded;
	struct fault why = {0};
	int status;

	if (options->operand_count != 1)
		return cli_wrong(options, "explain wants one service");
	status = cli_load(options, CLI_JUDGE, &loaded);
	if (status == 0) {
		const struct plan_service *service =
			plan_service_named(loaded.plan, options->operands[0]);

		if (service) {
			const struct analyze_rights *rights = analyze_explain(loaded.plan,
				loaded.policy, service, loaded.role_folders,
				loaded.role_folder_count, loaded.arena);
			if (options->json)
				cli_json(&analyze_rights_record, rights);
			else
				write_rights(rights, cli_color(stdout));
		} else {
			plan_no_service(loaded.plan, options->operands[0], &why);
			status = cli_fail(options, &why);
		}
	}
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_explain = {
	.name = "explain",
	.arguments = "SERVICE",
	.summary = "every right of a service, and the line that gave it",
	.accepts = CLI_POLICY | CLI_JSON | CLI_HOST,
	.run = explain,
	.help = "Rights are shown by layer.  (role) marks what the service has from its role;\n"
		"paths that a role gives only where they exist are shown as absent when they do "
		"not.\nOf instances the rights are the same: the service's name stands for the "
		"first.\n",
};
