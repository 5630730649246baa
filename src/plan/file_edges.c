/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/report.h"
#include "plan/planner.h"

/* A path that a service writes. */
struct written {
	const struct policy_service *service;
	const struct policy_path *path;
};

static int compare_written(const void *left, const void *right)
{
	const struct written *a = left, *b = right;

	return strcmp(a->path->path, b->path->path);
}

static struct written *collect(struct planner *planner, size_t *count)
{
	const struct policy *policy = planner->policy;
	struct written *all = NULL;

	*count = 0;
	for (size_t i = 0; i < policy->service_count; i++)
		for (size_t j = 0; j < policy->services[i].file_count; j++) {
			const struct policy_path *path = &policy->services[i].files[j];
			struct written *one;

			if (path->access != POLICY_WRITE || path->memory)
				continue;
			one = arena_append(planner->arena, &all, count, sizeof(*one));
			*one = (struct written){&policy->services[i], path};
		}
	if (*count)
		qsort(all, *count, sizeof(*all), compare_written);
	return all;
}

static void warn(
	struct planner *planner, const struct written *written, const struct policy_path *path)
{
	struct report_entry *entry = report_add(planner->report, REPORT_WARNING, path->where, 0,
		"%s lies beneath a path that '%s' writes", path->path, written->service->name);

	report_other(entry, written->path->where, "written here");
	report_hint(planner->report, entry,
		"'%s' can replace it: declare %s itself, or a folder that '%s' cannot write",
		written->service->name, written->path->path, written->service->name);
}

/* Is a folder strictly above @path written by another service? */
static void check_path(struct planner *planner, const struct policy_service *service,
	const struct policy_path *path, const struct written *all, size_t count)
{
	struct policy_path above = {.path = arena_text(planner->arena, path->path)};
	struct written sought = {.path = &above};
	char *slash;

	while ((slash = strrchr(above.path, '/')) && slash != above.path) {
		*slash = '\0';
		const struct written *found =
			bsearch(&sought, all, count, sizeof(*all), compare_written);
		if (found && found->service != service) {
			warn(planner, found, path);
			return;
		}
	}
}

void plan_note_created(struct planner *planner)
{
	for (size_t i = 0; i < planner->policy->service_count; i++) {
		const struct policy_service *service = &planner->policy->services[i];

		for (size_t j = 0; j < service->file_count; j++) {
			const char *path = service->files[j].path;
			void **slot = service->files[j].create
					      ? map_slot(planner->created, path, strlen(path))
					      : NULL;
			if (slot && !*slot)
				*slot = (void *)(size_t)service;
		}
	}
}

bool plan_is_created(const struct planner *planner, const char *path)
{
	return map_find(planner->created, path, strlen(path)) != NULL;
}

/*
 * A path beneath one that another service writes can be replaced by that
 * service (by a link to anything).  The same path is a file edge, and wanted.
 */
void plan_file_edges(struct planner *planner)
{
	const struct policy *policy = planner->policy;
	size_t count;
	const struct written *all = collect(planner, &count);

	for (size_t i = 0; count && i < policy->service_count; i++)
		for (size_t j = 0; j < policy->services[i].file_count; j++)
			if (!policy->services[i].files[j].memory)
				check_path(planner, &policy->services[i],
					&policy->services[i].files[j], all, count);
}
