/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"

/*
 * Who waits for whom: `depends-on` of the one and `job: {before}` of the other
 * are one kind of dependency, followed together so that no circle is missed.
 */

enum { NOT_VISITED, ON_THE_WAY, DONE };

void policy_read_depends_on(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	policy_read_texts(reading, node, &((struct policy_draft *)draft)->depends_on);
}

/* The service that @name says, or NULL after a complaint. */
static struct policy_draft *find_named(
	struct policy_reading *reading, const struct policy_text *name)
{
	struct policy_draft *found = policy_find_draft(reading, name->text);
	const struct policy_node at = {
		.where = name->where, .width = (uint16_t)(strlen(name->text) & 0xff)};

	if (!found)
		policy_unknown_service(reading, &at, name->text,
			strchr(name->text, '.')   ? "name the service: that is all of its instances"
			: strchr(name->text, ':') ? "name the service, without a port"
						  : NULL);
	return found;
}

/* A job that runs again and again is never done, and between its runs it is not ready. */
static bool is_endless(struct policy_reading *reading, const struct policy_draft *on,
	const struct policy_text *name)
{
	const struct policy_job *job = &on->service.life.job;

	if (job->kind != POLICY_JOB_EVERY && job->kind != POLICY_JOB_AT)
		return false;
	struct report_entry *entry =
		policy_error_at(reading, name->where, (unsigned)strlen(name->text),
			"'%s' runs again and again: it is never done, and nothing can wait for it",
			name->text);
	report_other(entry, job->where, "by this");
	report_hint(reading->report, entry,
		"leave it out; a job that is done once is written job: {before: [SERVICE]}");
	return true;
}

static void add_dependency(struct policy_reading *reading, struct policy_draft *draft,
	const struct policy_draft *on, struct where where)
{
	struct policy_life *life = &draft->service.life;

	for (size_t i = 0; i < life->dependency_count; i++)
		if (strcmp(life->dependencies[i].service, on->service.name) == 0)
			return;
	struct policy_dependency *added = arena_append(
		reading->arena, &life->dependencies, &life->dependency_count, sizeof(*added));
	*added = (struct policy_dependency){
		on->service.name, on->service.life.job.kind == POLICY_JOB_BEFORE, where};
}

static void resolve(struct policy_reading *reading, struct policy_draft *draft)
{
	for (size_t i = 0; i < draft->depends_on.count; i++) {
		const struct policy_text *name = &draft->depends_on.items[i];
		const struct policy_draft *on = find_named(reading, name);

		if (on && !is_endless(reading, on, name))
			add_dependency(reading, draft, on, name->where);
	}
	for (size_t i = 0; i < draft->before.count; i++) {
		struct policy_draft *other = find_named(reading, &draft->before.items[i]);

		if (other)
			add_dependency(reading, other, draft, draft->before.items[i].where);
	}
}

/* @draft waits for @on, which waits for it: the step that @way took from there is the other end. */
static void refuse_circle(struct policy_reading *reading, const struct policy_draft *draft,
	const struct policy_dependency *on, struct policy_draft **way, const size_t *next)
{
	size_t first = 0;

	if (strcmp(draft->service.name, on->service) == 0) {
		policy_error_at(reading, on->where, (unsigned)strlen(on->service),
			"'%s' waits for itself", on->service);
		return;
	}
	while (strcmp(way[first]->service.name, on->service) != 0)
		first++;
	report_other(policy_error_at(reading, on->where, (unsigned)strlen(on->service),
			     "'%s' and '%s' wait for each other", draft->service.name, on->service),
		way[first]->service.life.dependencies[next[first] - 1].where,
		"the circle begins here");
}

/* Depth first, with a stack of its own: a chain may be as long as the policy. */
static void follow(struct policy_reading *reading, struct policy_draft *start,
	struct policy_draft **way, size_t *next)
{
	size_t depth = 1;

	way[0] = start;
	next[0] = 0;
	start->visited = ON_THE_WAY;
	while (depth > 0) {
		struct policy_draft *draft = way[depth - 1];
		const struct policy_life *life = &draft->service.life;

		if (next[depth - 1] == life->dependency_count) {
			draft->visited = DONE;
			depth--;
			continue;
		}
		const struct policy_dependency *on = &life->dependencies[next[depth - 1]++];
		struct policy_draft *other = policy_find_draft(reading, on->service);
		if (other->visited == DONE)
			continue;
		if (other->visited == ON_THE_WAY) {
			refuse_circle(reading, draft, on, way, next);
			continue;
		}
		other->visited = ON_THE_WAY;
		way[depth] = other;
		next[depth++] = 0;
	}
}

void policy_check_order(struct policy_reading *reading)
{
	struct policy_draft **way =
		arena_alloc(reading->nodes, (reading->draft_count + 1) * sizeof(*way));
	size_t *next = arena_alloc(reading->nodes, (reading->draft_count + 1) * sizeof(*next));

	for (size_t i = 0; i < reading->draft_count; i++)
		resolve(reading, &reading->drafts[i]);
	for (size_t i = 0; i < reading->draft_count; i++)
		if (reading->drafts[i].visited == NOT_VISITED)
			follow(reading, &reading->drafts[i], way, next);
}
