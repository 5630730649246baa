/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "plan/plan.h"

static int compare_texts(const char *left, const char *right)
{
	return strcmp(left ? left : "", right ? right : "");
}

static int compare_numbers(uint32_t left, uint32_t right)
{
	return (left > right) - (left < right);
}

int plan_reach_compare(const void *left, const void *right)
{
	const struct plan_reach *one = left, *other = right;
	int order = compare_texts(one->from, other->from);

	if (order == 0)
		order = compare_texts(one->to, other->to);
	if (order == 0)
		order = compare_texts(one->range, other->range);
	if (order == 0)
		order = compare_numbers(one->transport, other->transport);
	if (order == 0)
		order = compare_numbers(one->port, other->port);
	if (order == 0)
		order = compare_numbers(one->last, other->last);
	return order ? order : compare_texts(one->path, other->path);
}

static const struct plan_budget *budget_of(const struct plan *plan, uint32_t number)
{
	return number ? &plan->budgets[number - 1] : NULL;
}

struct plan_reach *plan_reaches(const struct plan *plan, struct arena *arena, size_t *count)
{
	const size_t most = plan->edge_count + plan->host_edge_count + plan->outside_count;
	struct plan_reach *list = arena_alloc(arena, (most + 1) * sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		list[(*count)++] = (struct plan_reach){.from = edge->from,
			.to = edge->to,
			.transport = edge->transport,
			.port = edge->port,
			.last = edge->port,
			.path = edge->path,
			.at = edge->at,
			.at_port = edge->at_port,
			.budget = budget_of(plan, edge->budget),
			.where = edge->where};
	}
	for (size_t i = 0; i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];

		list[(*count)++] = (struct plan_reach){.from = edge->from,
			.transport = edge->transport,
			.port = edge->port,
			.last = edge->port,
			.at = edge->at,
			.at_port = edge->at_port,
			.budget = budget_of(plan, edge->budget),
			.where = edge->where};
	}
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *edge = &plan->outsides[i];

		list[(*count)++] = (struct plan_reach){.from = edge->from,
			.range = edge->name ? edge->name : edge->range,
			.named = edge->name != NULL,
			.tls = edge->tls,
			.transport = edge->transport,
			.port = edge->first,
			.last = edge->last,
			.budget = budget_of(plan, edge->budget),
			.where = edge->where};
	}
	qsort(list, *count, sizeof(*list), plan_reach_compare);
	return list;
}

struct plan_reach *plan_reaches_missing(
	const struct plan *of, const struct plan *in, struct arena *arena, size_t *count)
{
	size_t had, has, j = 0;
	struct plan_reach *list = plan_reaches(of, arena, &had);
	const struct plan_reach *others = plan_reaches(in, arena, &has);

	*count = 0;
	for (size_t i = 0; i < had; i++) {
		while (j < has && plan_reach_compare(&others[j], &list[i]) < 0)
			j++;
		if (j >= has || plan_reach_compare(&others[j], &list[i]) != 0)
			list[(*count)++] = list[i];
	}
	return list;
}

const char *plan_reach_text(const struct plan_reach *reach, struct arena *arena)
{
	const char *to = reach->to ? reach->to : reach->range ? reach->range : "host";
	const char *port = reach->last != reach->port
				   ? arena_printf(arena, "%u-%u", reach->port, reach->last)
				   : arena_printf(arena, "%u", reach->port);

	if (reach->transport == PLAN_UNIX)
		return arena_printf(arena, "%s:unix:%s", to, reach->path);
	if (strchr(to, ':'))
		to = arena_printf(arena, "[%s]", to);
	return arena_printf(arena, "%s:%s%s", to, port, reach->transport == PLAN_UDP ? "/udp" : "");
}
