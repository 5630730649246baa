/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any bytes as files of a policy, judged without a disk; `up` reads them as root.
 * A line of `#` and `@ NAME` begins the next file: a role, an included or an
 * environment file.  Whatever is read, `check` and `up` find the same mistakes,
 * but for keys of later.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "policy/load.h"
#include "policy/policy.h"
#include "policy/reading.h"

enum { MOST_INPUTS = 8 };

static const char mark[] = "#@ ";

/* Cut @text, which is changed, into files. */
static size_t cut(char *text, struct policy_input *inputs)
{
	size_t count = 1;

	inputs[0] = (struct policy_input){.name = "shop.yaml", .text = text};
	for (char *at = text; count < MOST_INPUTS && (at = strstr(at, mark)); count++) {
		char *name = at + sizeof(mark) - 1, *end = strchr(name, '\n');
		if (!end)
			break;
		*at = *end = '\0';
		inputs[count] = (struct policy_input){.name = name, .text = end + 1};
		at = end + 1;
	}
	for (size_t i = 0; i < count; i++)
		inputs[i].length = strlen(inputs[i].text);
	return count;
}

static size_t judge(const struct policy_input *inputs, size_t count, bool enforcing)
{
	static const char *const folders[] = {"roles"};
	struct arena *arena = arena_new();
	struct report *report = report_new(arena);
	struct policy_options options = {
		.roles = folders, .role_folder_count = 1, .enforcing = enforcing};
	const struct policy *policy = policy_load_memory(inputs, count, &options, arena, report);
	FILE *nowhere = fopen("/dev/null", "we");

	if (!policy || options.unsupported > options.mistakes ||
		(options.mistakes > 0) != (report_count(report, REPORT_ERROR) > 0))
		abort();
	report_write(report, nowhere, true);
	fclose(nowhere);
	arena_free(arena);
	return options.mistakes - options.unsupported;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_input inputs[MOST_INPUTS];
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	size_t count = cut(text, inputs);
	/* Zero bytes end a text for cut(): the first file is seen whole at times. */
	if (count == 1)
		inputs[0].length = size;
	if (judge(inputs, count, false) != judge(inputs, count, true))
		abort();
	free(text);
	return 0;
}
