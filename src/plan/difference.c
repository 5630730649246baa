/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/difference.h"

#include <stdbool.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/text.h"
#include "plan/difference_part.h"
#include "plan/plan.h"
#include "plan/reach.h"

const char *const plan_difference_words[PLAN_DIFFERENCE_WHENS] = {
	[PLAN_AT_ONCE] = "at once",
	[PLAN_RESTART] = "restart",
	[PLAN_ANEW] = "down and up",
};

static const struct record_field fields[] = {
	RECORD_ITEM_ENUM(struct plan_difference, when, plan_difference_words),
	RECORD_ITEM(struct plan_difference, RECORD_TEXT, service),
	RECORD_ITEM(struct plan_difference, RECORD_TEXT, text),
	RECORD_ITEM(struct plan_difference, RECORD_TEXT, restarts),
	RECORD_ITEM(struct plan_difference, RECORD_WHERE, where),
};
const struct record_type plan_difference_record = RECORD_TYPE(struct plan_difference, fields);

const struct plan_difference *plan_difference_of(
	const struct plan_differences *differences, enum plan_difference_when when)
{
	for (size_t i = 0; i < differences->count; i++)
		if (differences->list[i].when == when)
			return &differences->list[i];
	return NULL;
}

/* A socket is in the view of who reaches it, which a launch lays down. */
static void add_reach(
	struct plan_comparison *comparison, const struct plan_reach *reach, const char *words)
{
	const char *text = arena_printf(
		comparison->arena, "%s %s", words, plan_reach_text(reach, comparison->arena));

	plan_differ(comparison, &(struct plan_difference){
					reach->transport == PLAN_UNIX ? PLAN_RESTART : PLAN_AT_ONCE,
					reach->from, text, NULL, reach->where});
}

/* Of an edge that both have. */
static void compare_reach(struct plan_comparison *comparison, const struct plan_reach *before,
	const struct plan_reach *after)
{
	struct arena *arena = comparison->arena;
	const char *edge = plan_reach_text(after, arena);
	const char *was = plan_budget_text(before->budget, arena);
	const char *is = plan_budget_text(after->budget, arena);
	struct plan_difference differs = {PLAN_AT_ONCE, after->from, NULL, NULL, after->where};

	if (!text_equal(was, is)) {
		differs.text = arena_printf(arena, "to %s: %s instead of %s", edge, is, was);
		plan_differ(comparison, &differs);
	}
	if (before->tls != after->tls) {
		differs.text = arena_printf(arena, "to %s: %s", edge,
			after->tls ? "its name has to be said (TLS)"
				   : "its name need not be said (TLS)");
		plan_differ(comparison, &differs);
	}
	if (text_equal(before->at, after->at) && before->at_port == after->at_port)
		return;
	differs.text = after->at ? arena_printf(arena, "finds %s at %s port %u", edge, after->at,
					   after->at_port)
				 : arena_printf(arena, "finds %s by its name alone", edge);
	plan_differ(comparison, &differs);
}

static void compare_reaches(struct plan_comparison *comparison)
{
	size_t had, has, i = 0, j = 0;
	const struct plan_reach *before = plan_reaches(comparison->before, comparison->arena, &had);
	const struct plan_reach *after = plan_reaches(comparison->after, comparison->arena, &has);

	while (i < had || j < has) {
		int order = i >= had   ? 1
			    : j >= has ? -1
				       : plan_reach_compare(&before[i], &after[j]);

		if (order < 0)
			add_reach(comparison, &before[i], "may no more connect to");
		else if (order > 0)
			add_reach(comparison, &after[j], "may connect to");
		else
			compare_reach(comparison, &before[i], &after[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

static void anew(struct plan_comparison *comparison, const char *service, const char *text,
	struct where where)
{
	plan_differ(comparison, &(struct plan_difference){PLAN_ANEW, service, text, NULL, where});
}

/* Who there is, in the same order: by that everything of theirs is numbered. */
static bool compare_names(struct plan_comparison *comparison)
{
	const struct plan *before = comparison->before, *after = comparison->after;
	bool same = true;

	for (size_t i = 0; i < after->service_count; i++)
		if (!plan_service(before, after->services[i].name)) {
			anew(comparison, after->services[i].name, "is new",
				after->services[i].where);
			same = false;
		}
	for (size_t i = 0; i < before->service_count; i++)
		if (!plan_service(after, before->services[i].name)) {
			anew(comparison, before->services[i].name, "is gone",
				before->services[i].where);
			same = false;
		}
	for (size_t i = 0; same && i < after->service_count; i++)
		if (!text_equal(before->services[i].name, after->services[i].name)) {
			anew(comparison, after->services[i].name, "stands in another place",
				after->services[i].where);
			same = false;
		}
	return same;
}

struct plan_differences plan_compare(
	const struct plan *before, const struct plan *after, struct arena *arena)
{
	struct plan_differences differences = {0};
	struct plan_comparison comparison = {before, after, &differences, arena};

	plan_compare_shared(&comparison);
	compare_reaches(&comparison);
	plan_compare_relays(&comparison);
	if (compare_names(&comparison))
		for (size_t i = 0; i < after->service_count; i++)
			plan_compare_service(
				&differences, &before->services[i], &after->services[i], arena);
	return differences;
}
