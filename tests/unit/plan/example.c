/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "example.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/report.h"
#include "host/host.h"
#include "plan/plan.h"
#include "policy/load.h"
#include "policy/policy.h"
#include "policy/reading.h"

static const char *in_source(const char *name, struct arena *arena)
{
	const char *source = getenv("BULKHEAD_SOURCE");

	return arena_printf(arena, "%s/%s", source ? source : ".", name);
}

void example_add(struct example *example, const char *name, const char *text)
{
	assert_true(example->count < EXAMPLE_FILES);
	example->names[example->count] = name;
	example->texts[example->count++] = text;
}

static void read_file(struct example *example, const char *name, struct arena *arena)
{
	const char *text;

	assert_true(descriptor_read(AT_FDCWD, in_source(name, arena), 1 << 20, arena, &text) > 0);
	example_add(example, name, text);
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static void read_roles(struct example *example, struct arena *arena)
{
	struct dirent **entries;
	int count = scandir(in_source(example->roles, arena), &entries, NULL, by_name);

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		if (strstr(entries[i]->d_name, ".yaml"))
			read_file(example,
				arena_printf(arena, "%s/%s", example->roles, entries[i]->d_name),
				arena);
		free(entries[i]);
	}
	free(entries);
}

void example_read(struct example *example, const char *policy, const char *roles, const char *host,
	struct arena *arena)
{
	struct fault why = {0};

	*example = (struct example){.roles = roles};
	read_file(example, policy, arena);
	read_roles(example, arena);
	if (host_read(in_source(host, arena), arena, &example->host, &why) < 0)
		fail_msg("%s", why.text);
}

size_t example_file(const struct example *example, const char *name)
{
	for (size_t i = 0; i < example->count; i++)
		if (strcmp(example->names[i], name) == 0)
			return i;
	fail_msg("no file %s", name);
	return 0;
}

const struct policy *example_policy(
	const struct example *example, struct arena *arena, struct report *report)
{
	const char *const folders[] = {example->roles};
	/* What is not enforced yet is planned all the same. */
	struct policy_options options = {.roles = folders, .role_folder_count = 1};
	struct policy_input inputs[EXAMPLE_FILES];

	for (size_t i = 0; i < example->count; i++)
		inputs[i] = (struct policy_input){
			example->names[i], example->texts[i], strlen(example->texts[i])};
	return policy_load_memory(inputs, example->count, &options, arena, report);
}

const struct plan *example_plan(
	const struct example *example, struct arena *arena, struct report *report)
{
	const struct policy *policy = example_policy(example, arena, report);

	if (report_count(report, REPORT_ERROR) > 0)
		return NULL;
	const struct plan *plan = plan_build(policy, example->host, false, arena, report);
	return report_count(report, REPORT_ERROR) > 0 ? NULL : plan;
}
