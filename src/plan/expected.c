/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "catalog/call.h"
#include "plan/calls.h"
#include "plan/planner.h"

/* The rule that lets the call through whatever its arguments, or NULL: a call that is allowed with
 * some arguments is refused with others. */
static const struct plan_call *allowing(const struct plan_service *service, const char *name)
{
	for (size_t i = 0; i < service->call_count; i++) {
		const struct plan_call *rule = &service->calls[i];

		if (rule->action == PLAN_ALLOW && rule->condition_count == 0 &&
			!rule->launch_only && text_equal(rule->name, name))
			return rule;
	}
	return NULL;
}

/* The node that shows @path, or NULL. */
static const struct plan_node *showing(const struct plan_service *service, const char *path)
{
	for (size_t i = service->node_count; i > 0; i--) {
		const struct plan_node *node = &service->nodes[i - 1];

		if (node->kind == PLAN_FOLDER || node->kind == PLAN_MASK ||
			node->kind == PLAN_LINK || node->kind == PLAN_TREE)
			continue;
		if (text_equal(node->target, path) ||
			(node->folder && text_path_within(path, node->target)))
			return node;
	}
	return NULL;
}

/* Two lines of one file cannot both be meant.  What a role does without a policy may allow. */
static void contradict(struct planner *planner, const struct plan_expected *expected,
	const char *what, struct where other, const char *other_text)
{
	const char *name = expected->call ? expected->call : expected->path;
	struct report_entry *entry = report_add(planner->report, REPORT_ERROR, expected->where, 0,
		"'%s' is expected to be refused, and %s", name, what);

	report_other(entry, other, other_text);
	report_hint(planner->report, entry,
		"take one of the two away: where a role expects it, without: {expected: [{%s: "
		"%s}]}",
		expected->call ? "call" : "path", name);
}

/* Is it refused?  Else say so, where both lines are one author's. */
static bool is_refused(struct planner *planner, const struct plan_service *service,
	const struct plan_expected *expected)
{
	const struct plan_call *rule = expected->call ? allowing(service, expected->call) : NULL;
	const struct plan_node *node = expected->path ? showing(service, expected->path) : NULL;

	if (rule && text_equal(rule->where.file, expected->where.file))
		contradict(planner, expected, "it is allowed", rule->where, "allowed here");
	if (node && text_equal(node->where.file, expected->where.file))
		contradict(planner, expected, "it is in the view", node->where, "shown here");
	return !rule && !node;
}

void plan_expected(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	enum catalog_arch arch = plan_calls_arch(planner->host);

	for (size_t i = 0; i < from->expected_count; i++) {
		const struct policy_expected *given = &from->expected[i];
		const struct catalog_call *call =
			given->call ? catalog_call_on(arch, given->call) : NULL;

		/* This machine's libraries do not know it. */
		if (given->call && !call)
			continue;
		const struct plan_expected expected = {
			call ? call->name : NULL, given->path, given->why, given->where};

		if (is_refused(planner, service, &expected))
			*(struct plan_expected *)arena_append(planner->arena, &service->expected,
				&service->expected_count, sizeof(expected)) = expected;
	}
}
