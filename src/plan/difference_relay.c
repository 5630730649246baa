/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The processes between a stack and its host: whose doors, ways out or names are others is
 * succeeded by one that has them. */

#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "plan/difference_part.h"
#include "plan/plan.h"
#include "plan/reach.h"
#include "plan/record.h"

/* What the outlet is held to: the n-th of them that leaves the stack.  Names it knows only where
 * they have to be said. */
struct outlet {
	struct plan_reach *list;
	size_t count;
};

static int compare_outward(const void *left, const void *right)
{
	const struct plan_reach *one = left, *other = right;
	const int order = plan_reach_compare(one, other);

	return order ? order : one->tls - other->tls;
}

static struct outlet outlet_of(const struct plan *plan, struct arena *arena)
{
	size_t count, leaves = 0, kept = 0;
	struct plan_reach *list = plan_reaches(plan, arena, &count);

	for (size_t i = 0; i < count; i++)
		if (!list[i].to) {
			list[leaves] = list[i];
			if (list[i].named && !list[i].tls)
				list[leaves].range = "*";
			leaves++;
		}
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

static void compare_doors(struct plan_comparison *comparison)
{
	const struct plan *before = comparison->before, *after = comparison->after;
	struct plan_difference differs = {
		PLAN_AT_ONCE, "gateway", "starts anew with other doors", "gateway", {0}};

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

/* The first name of @of that @in has not, of the same service; NULL: none. */
static const struct plan_outside *other_name(const struct plan *of, const struct plan *in)
{
	for (size_t i = 0; i < of->outside_count; i++) {
		const struct plan_outside *one = &of->outsides[i];
		bool known = !one->name;

		for (size_t j = 0; j < in->outside_count && !known; j++)
			known = text_equal(one->from, in->outsides[j].from) &&
				text_equal(one->name, in->outsides[j].name);
		if (!known)
			return one;
	}
	return NULL;
}

static const struct plan_upstream *other_upstream(
	const struct plan *before, const struct plan *after)
{
	for (size_t i = 0; i < after->upstream_count; i++)
		if (i >= before->upstream_count ||
			!text_equal(before->upstreams[i].address, after->upstreams[i].address))
			return &after->upstreams[i];
	return before->upstream_count > after->upstream_count
		       ? &before->upstreams[after->upstream_count]
		       : NULL;
}

static void compare_resolver(struct plan_comparison *comparison)
{
	const struct plan *before = comparison->before, *after = comparison->after;
	const uint32_t was = before->network.resolver_id, is = after->network.resolver_id;
	struct plan_difference differs = {
		PLAN_AT_ONCE, "resolver", "starts anew with other names", "resolver", {0}};
	const struct plan_outside *name = other_name(after, before);

	if (!name)
		name = other_name(before, after);
	const struct plan_upstream *upstream = other_upstream(before, after);
	if (was != is) {
		differs.when = PLAN_ANEW;
		differs.restarts = NULL;
		differs.text = !was  ? "is there with the first name outside"
			       : !is ? "goes with the last name outside"
				     : "runs by another id";
	} else if (!name && upstream) {
		differs.text = "starts anew with other servers";
	} else if (!name) {
		return;
	}
	differs.where = name ? name->where : upstream ? upstream->where : after->network.where;
	plan_differ(comparison, &differs);
}

void plan_compare_relays(struct plan_comparison *comparison)
{
	compare_outlet(comparison);
	compare_doors(comparison);
	compare_resolver(comparison);
}
