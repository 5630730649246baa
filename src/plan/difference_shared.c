/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "plan/difference_part.h"
#include "plan/plan.h"
#include "plan/reach.h"
#include "plan/record.h"

void plan_differ(struct plan_comparison *comparison, const struct plan_difference *difference)
{
	struct plan_differences *all = comparison->differences;

	*(struct plan_difference *)arena_append(
		comparison->arena, &all->list, &all->count, sizeof(*difference)) = *difference;
}

static const char *and_so(struct arena *arena, const char *text, const char *more)
{
	return *text ? arena_printf(arena, "%s, %s", text, more) : more;
}

const char *plan_budget_text(const struct plan_budget *budget, struct arena *arena)
{
	const char *text = "";

	if (!budget)
		return "no limit";
	if (budget->new_connections)
		text = arena_printf(arena, "%" PRIu32 " new connections in %" PRIu32 " s",
			budget->new_connections, budget->new_seconds);
	if (budget->connections)
		text = and_so(arena, text,
			arena_printf(arena, "%" PRIu32 " connections", budget->connections));
	if (budget->bytes)
		text = and_so(arena, text,
			arena_printf(arena, "%" PRIu64 " bytes in %" PRIu32 " s", budget->bytes,
				budget->byte_seconds));
	if (budget->bandwidth)
		text = and_so(arena, text,
			arena_printf(arena, "%" PRIu64 " bits a second", budget->bandwidth));
	if (budget->until)
		text = and_so(arena, text, arena_printf(arena, "until %s", budget->until));
	return budget->drop ? and_so(arena, text, "more is dropped") : text;
}

static void anew(struct plan_comparison *comparison, const char *text, struct where where)
{
	plan_differ(comparison, &(struct plan_difference){PLAN_ANEW, NULL, text, NULL, where});
}

static bool same_range(const struct plan_network *left, const struct plan_network *right)
{
	return text_equal(left->prefix4, right->prefix4) &&
	       text_equal(left->prefix6, right->prefix6) &&
	       text_equal(left->router4, right->router4) &&
	       text_equal(left->router6, right->router6) && text_equal(left->host4, right->host4);
}

/* A router is made with the stack, and holds what its user namespace maps from then on. */
static bool any_linked(const struct plan *plan)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan->services[i].linked)
			return true;
	return false;
}

/* Where a service has a link in both, it has the same. */
static bool same_links(const struct plan *before, const struct plan *after)
{
	for (size_t i = 0; i < after->service_count; i++) {
		const struct plan_service *is = &after->services[i];
		const struct plan_service *was = plan_service(before, is->name);

		if (was && was->linked && is->linked &&
			(was->link != is->link || !text_equal(was->address4, is->address4) ||
				!text_equal(was->address6, is->address6)))
			return false;
	}
	return true;
}

static const struct plan_socket_folder *folder_of(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->socket_folder_count; i++)
		if (text_equal(plan->socket_folders[i].name, name))
			return &plan->socket_folders[i];
	return NULL;
}

static void compare_folders(struct plan_comparison *comparison)
{
	for (size_t i = 0; i < comparison->after->socket_folder_count; i++) {
		const struct plan_socket_folder *is = &comparison->after->socket_folders[i];
		const struct plan_socket_folder *was = folder_of(comparison->before, is->name);

		if (was && (was->uid != is->uid || was->gid != is->gid))
			anew(comparison,
				arena_printf(comparison->arena,
					"the folder of socket %s belongs to others", is->folder),
				is->where);
	}
}

void plan_compare_shared(struct plan_comparison *comparison)
{
	const struct plan_network *was = &comparison->before->network;
	const struct plan_network *is = &comparison->after->network;

	if (!same_range(was, is) || !same_links(comparison->before, comparison->after))
		anew(comparison, "addresses are others", is->prefix4_where);
	if (was->router_id != is->router_id || was->gateway_id != is->gateway_id ||
		(was->outlet_id && is->outlet_id && was->outlet_id != is->outlet_id))
		anew(comparison, "its own processes run by other ids", is->where);
	if (!text_equal(was->host_link, is->host_link))
		anew(comparison, "the gateway is of another kind", is->door_where);
	if (any_linked(comparison->before) != any_linked(comparison->after))
		anew(comparison,
			any_linked(comparison->after) ? "it gets its first network edge"
						      : "its last network edge is gone",
			comparison->after->where);
	if (was->resolver_id != is->resolver_id ||
		!plan_same_names(comparison->before, comparison->after))
		anew(comparison, "names outside are asked in another way", is->where);
	compare_folders(comparison);
}

/* What the outlet is held to: the n-th of them that leaves the stack, whoever goes there. */
struct outlet {
	struct plan_reach *list;
	size_t count;
};

static int compare_outward(const void *left, const void *right)
{
	struct plan_reach one = *(const struct plan_reach *)left;
	struct plan_reach other = *(const struct plan_reach *)right;

	one.from = other.from = NULL;
	return plan_reach_compare(&one, &other);
}

static struct outlet outlet_of(const struct plan *plan, struct arena *arena)
{
	size_t count, leaves = 0, kept = 0;
	struct plan_reach *list = plan_reaches(plan, arena, &count);

	for (size_t i = 0; i < count; i++)
		if (!list[i].to)
			list[leaves++] = list[i];
	qsort(list, leaves, sizeof(*list), compare_outward);
	for (size_t i = 0; i < leaves; i++)
		if (kept == 0 || compare_outward(&list[kept - 1], &list[i]) != 0)
			list[kept++] = list[i];
	return (struct outlet){list, kept};
}

static void compare_outlet(struct plan_comparison *comparison)
{
	struct plan_difference differs = {
		PLAN_AT_ONCE, "outlet", "starts anew with other ports", "outlet", {0}};
	const struct outlet was = outlet_of(comparison->before, comparison->arena);
	const struct outlet is = outlet_of(comparison->after, comparison->arena);
	size_t same = 0;

	while (same < was.count && same < is.count &&
		compare_outward(&was.list[same], &is.list[same]) == 0)
		same++;
	if (same == was.count && same == is.count)
		return;
	differs.where = same < is.count ? is.list[same].where : was.list[same].where;
	if (was.count == 0 || is.count == 0) {
		differs.when = PLAN_ANEW;
		differs.text = is.count ? "is there with the first edge that leaves the stack"
					: "goes with the last edge that leaves the stack";
		differs.restarts = NULL;
	}
	plan_differ(comparison, &differs);
}

/* The first door that is another, of those that there are if it can be; NULL: all are the same. */
static const struct plan_publish *other_door(const struct plan *before, const struct plan *after)
{
	for (size_t i = 0; i < after->publish_count; i++)
		if (i >= before->publish_count ||
			!plan_same_publish(&before->publishes[i], &after->publishes[i]))
			return &after->publishes[i];
	return before->publish_count > after->publish_count
		       ? &before->publishes[after->publish_count]
		       : NULL;
}

void plan_compare_doors(struct plan_comparison *comparison)
{
	const struct plan *before = comparison->before, *after = comparison->after;
	struct plan_difference differs = {
		PLAN_AT_ONCE, "gateway", "starts anew with other doors", "gateway", {0}};

	compare_outlet(comparison);
	const struct plan_publish *said = other_door(before, after);
	if (!said)
		return;
	differs.where = said->where;
	if (before->publish_count == 0 || after->publish_count == 0) {
		differs.when = PLAN_ANEW;
		differs.text = after->publish_count ? "is there with the first door"
						    : "goes with the last door";
		differs.restarts = NULL;
	}
	plan_differ(comparison, &differs);
}
