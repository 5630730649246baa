/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "plan/difference_part.h"
#include "plan/plan.h"

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
	compare_folders(comparison);
}
