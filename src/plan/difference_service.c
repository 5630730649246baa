/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/text.h"
#include "plan/difference_part.h"
#include "plan/plan.h"
#include "plan/record.h"

/* Fields of a service, and what people call them; fields of one word stand together. */
static const struct {
	const char *field, *word;
} words[] = {
	{"role", "its role"},
	{"program", "its command"},
	{"arguments", "its command"},
	{"workdir", "its working folder"},
	{"forks", "what it may call"},
	{"write_execute", "what it may call"},
	{"mdwe", "what it may call"},
	{"calls", "what it may call"},
	{"kept", "what it may call"},
	{"endings", "what ends when it is ready"},
	{"view_closes", "what ends when it is ready"},
	{"identity", "its user or groups"},
	{"capabilities", "its capabilities"},
	{"nodes", "its files"},
	{"landlock", "its files or ports"},
	{"environment", "its environment"},
	{"secrets", "its secrets"},
	{"programs", "its programs"},
	{"rlimits", "its limits"},
	{"user_limits", "its limits"},
	{"listens", "what it listens on"},
	{"audits", "its mode"},
	{"accepted", "what it does without"},
	{"expected", "what it is expected to be refused"},
};

/* What is no part of its confinement, or told by itself. */
static bool changes_live(const char *field)
{
	static const char *const names[] = {"name", "base", "instance", "life", "cgroup_limits",
		"linked", "default_route", "link", "address4", "address6"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_equal(names[i], field))
			return true;
	return false;
}

static const char *word_of(const char *field)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equal(words[i].field, field))
			return words[i].word;
	return "its confinement";
}

static const struct where *where_in(const struct record_type *type, const void *record)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (type->fields[i].kind == RECORD_WHERE &&
			text_equal(type->fields[i].name, "where"))
			return (const void *)((const char *)record + type->fields[i].offset);
	return NULL;
}

/* A list and how many there are. */
static const char *list_of(const struct record_field *field, const void *record, size_t *count)
{
	const char *at = record;

	*count = *(const size_t *)(const void *)(at + field->count_offset);
	return *(const char *const *)(const void *)(at + field->offset);
}

/* The line of the first item that is another; of what has no items the service's own. */
static struct where line_of(const struct record_field *field, const struct plan_service *before,
	const struct plan_service *after)
{
	size_t had, has, i = 0;
	const struct where *where = NULL;

	if (field->kind != RECORD_LIST)
		return after->where;
	const char *was = list_of(field, before, &had), *is = list_of(field, after, &has);
	const size_t size = field->type->size;
	while (i < had && i < has && record_same(field->type, was + i * size, is + i * size))
		i++;
	if (i < has)
		where = where_in(field->type, is + i * size);
	else if (i < had)
		where = where_in(field->type, was + i * size);
	return where && where->file ? *where : after->where;
}

/* Each word once: fields of the same stand together. */
static void compare_confinement(struct plan_comparison *comparison,
	const struct plan_service *before, const struct plan_service *after)
{
	const struct plan_service was = plan_confinement(before, comparison->arena);
	const struct plan_service is = plan_confinement(after, comparison->arena);
	const char *last = NULL;

	for (size_t i = 0; i < plan_service_record.field_count; i++) {
		const struct record_field *field = &plan_service_record.fields[i];
		const struct record_type one = {field->name, plan_service_record.size, field, 1};
		const char *word = word_of(field->name);

		if (changes_live(field->name) || text_equal(word, last) ||
			record_same(&one, &was, &is))
			continue;
		last = word;
		plan_differ(comparison, &(struct plan_difference){PLAN_RESTART, after->name, word,
						NULL, line_of(field, &was, &is)});
	}
}

static bool has_limit(const struct plan_service *service, const struct plan_cgroup_limit *limit)
{
	for (size_t i = 0; i < service->cgroup_limit_count; i++)
		if (text_equal(service->cgroup_limits[i].file, limit->file) &&
			text_equal(service->cgroup_limits[i].value, limit->value))
			return true;
	return false;
}

static bool names_limit(const struct plan_service *service, const char *file)
{
	for (size_t i = 0; i < service->cgroup_limit_count; i++)
		if (text_equal(service->cgroup_limits[i].file, file))
			return true;
	return false;
}

static void compare_limits(struct plan_comparison *comparison, const struct plan_service *before,
	const struct plan_service *after)
{
	for (size_t i = 0; i < after->cgroup_limit_count; i++) {
		const struct plan_cgroup_limit *is = &after->cgroup_limits[i];

		if (!has_limit(before, is))
			plan_differ(comparison,
				&(struct plan_difference){
					plan_limit_of_disks(is) ? PLAN_RESTART : PLAN_AT_ONCE,
					after->name,
					arena_printf(
						comparison->arena, "%s is %s", is->file, is->value),
					NULL, is->where});
	}
	for (size_t i = 0; i < before->cgroup_limit_count; i++) {
		const struct plan_cgroup_limit *was = &before->cgroup_limits[i];

		if (!names_limit(after, was->file))
			plan_differ(comparison,
				&(struct plan_difference){
					plan_limit_of_disks(was) ? PLAN_RESTART : PLAN_AT_ONCE,
					after->name,
					arena_printf(
						comparison->arena, "%s has no limit", was->file),
					NULL, was->where});
	}
}

void plan_compare_service(struct plan_differences *differences, const struct plan_service *before,
	const struct plan_service *after, struct arena *arena)
{
	struct plan_comparison comparison = {NULL, NULL, differences, arena};

	if (!plan_same_life(before, after))
		plan_differ(&comparison,
			&(struct plan_difference){PLAN_AT_ONCE, after->name,
				"what is done with it has changed", NULL, after->where});
	compare_limits(&comparison, before, after);
	compare_confinement(&comparison, before, after);
}
