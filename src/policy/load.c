/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/load.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/map.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/merge.h"
#include "policy/node.h"
#include "policy/open.h"
#include "policy/overlay.h"
#include "policy/reading.h"
#include "policy/role.h"
#include "policy/top.h"

enum { MOST_INCLUDES = 16, MOST_FILES = 1000 };

/* @name as seen from the folder of @file. */
static const char *beside(struct policy_reading *reading, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');

	if (name[0] == '/' || !slash)
		return policy_copy(reading, name);
	return arena_printf(reading->arena, "%.*s/%s", (int)(slash - file), file, name);
}

static struct policy_node *open_with_includes(
	struct policy_reading *reading, const char *path, const struct policy_node *from);

/* Included files lie beneath the one that includes them: it has the last word. */
static struct policy_node *open_includes(
	struct policy_reading *reading, const char *path, const struct policy_node *list)
{
	struct policy_node *base = NULL;

	if (!policy_is_list(reading, list))
		return NULL;
	policy_each(item, list)
	{
		const char *name = policy_scalar(reading, item);
		if (name)
			base = policy_overlay(reading, base,
				open_with_includes(reading, beside(reading, path, name), item));
	}
	return base;
}

static void unlink_child(struct policy_node *top, const struct policy_node *child)
{
	struct policy_node **link = &top->first;

	while (*link != child)
		link = &(*link)->next;
	*link = child->next;
}

static struct policy_node *open_with_includes(
	struct policy_reading *reading, const char *path, const struct policy_node *from)
{
	struct policy_node *top = NULL;
	static const struct policy_node nowhere;

	if (reading->depth == MOST_INCLUDES || reading->policy->files.count >= MOST_FILES) {
		report_hint(reading->report,
			policy_error(reading, from ? from : &nowhere,
				"files include each other more than %d deep", MOST_INCLUDES),
			"does a file include itself?");
		return NULL;
	}
	if (policy_open(reading, path, from, &top) == -ENOENT) {
		struct fault why = {0};
		fault_of(&why, FAULT_USAGE, -ENOENT, (struct where){0}, "cannot read %s", path);
		policy_refuse_file(reading, path, from, &why);
	}
	const struct policy_node *list = top ? policy_child(top, "include") : NULL;
	if (!list)
		return top;
	unlink_child(top, list);
	reading->depth++;
	struct policy_node *base = open_includes(reading, path, list);
	reading->depth--;
	return policy_overlay(reading, base, top);
}

static void begin(struct policy_reading *reading, struct policy_options *options,
	struct arena *arena, struct report *report)
{
	struct arena *nodes = arena_new();

	*reading = (struct policy_reading){
		.arena = arena,
		.nodes = nodes,
		.report = report,
		.options = options,
		.policy = arena_alloc(arena, sizeof(struct policy)),
		.words = map_new(nodes),
		.variables = map_new(nodes),
		.roles = map_new(nodes),
		.services = map_new(nodes),
		.scratch = map_new(nodes),
	};
}

static const struct policy *finish(struct policy_reading *reading)
{
	if (reading->errors > POLICY_ERRORS)
		report_add(reading->report, REPORT_ERROR, (struct where){0}, 0,
			"%zu more mistakes are not shown", reading->errors - POLICY_ERRORS);
	if (reading->warnings > POLICY_ERRORS)
		report_add(reading->report, REPORT_WARNING, (struct where){0}, 0,
			"%zu more warnings are not shown", reading->warnings - POLICY_ERRORS);
	reading->options->mistakes = reading->errors;
	arena_free(reading->nodes);
	return reading->policy;
}

const struct policy *policy_load(const char *const *files, size_t count,
	struct policy_options *options, struct arena *arena, struct report *report)
{
	struct policy_reading reading;
	struct policy_node *top = NULL;
	bool whole = true;

	begin(&reading, options, arena, report);
	for (size_t i = 0; i < count; i++) {
		struct policy_node *next =
			open_with_includes(&reading, policy_copy(&reading, files[i]), NULL);
		whole = whole && next;
		top = policy_overlay(&reading, top, next);
	}
	/* Half a policy would only give mistakes that are none. */
	if (top && whole)
		policy_read_top(&reading, top);
	return finish(&reading);
}

const struct policy *policy_load_memory(const struct policy_input *inputs, size_t count,
	struct policy_options *options, struct arena *arena, struct report *report)
{
	struct policy_reading reading;

	begin(&reading, options, arena, report);
	reading.inputs = inputs;
	reading.input_count = count;
	struct policy_node *top = count ? open_with_includes(&reading, inputs[0].name, NULL) : NULL;
	if (top)
		policy_read_top(&reading, top);
	return finish(&reading);
}

/* "/etc/roles/redis.yaml" and "redis" both make a service called redis. */
static const char *name_of_role(struct policy_reading *reading, const char *role)
{
	const char *slash = strrchr(role, '/');
	const char *name = slash ? slash + 1 : role;

	return arena_text_length(reading->arena, name, strcspn(name, "."));
}

const struct policy *policy_from_role(const char *role, char *const *command,
	struct policy_options *options, struct arena *arena, struct report *report)
{
	struct policy_reading reading;

	begin(&reading, options, arena, report);
	reading.alone = true;
	const struct policy_node asked = {.text = role};
	const struct policy_draft *base =
		policy_role(&reading, &asked, policy_copy(&reading, role));
	struct policy *policy = reading.policy;
	if (base) {
		struct policy_draft draft = {
			.service = {.name = name_of_role(&reading, role),
				.role = {base->service.role.text, base->service.where},
				.where = base->service.where},
		};
		struct policy_texts *words = &draft.service.command;
		for (; command && *command; command++) {
			struct policy_text *word =
				arena_append(arena, &words->items, &words->count, sizeof(*word));
			*word = (struct policy_text){
				policy_copy(&reading, *command), base->service.where};
		}
		policy_merge(&reading, &draft, base);
		policy_check_service(&reading, &draft);
		policy->services = arena_alloc(arena, sizeof(*policy->services));
		policy->services[0] = draft.service;
		policy->service_count = 1;
		policy->stack = draft.service.name;
		policy->where = base->service.where;
	}
	return finish(&reading);
}

const struct policy_service *policy_service(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->service_count; i++)
		if (strcmp(policy->services[i].name, name) == 0)
			return &policy->services[i];
	return NULL;
}
