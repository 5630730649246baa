/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/plan.h"

static struct rules read_rules(const struct example *example, struct arena *arena)
{
	struct report *report = report_new(arena);
	const struct plan *plan = example_plan(example, arena, report);
	const char *unknown;

	if (!plan)
		report_write(report, stderr, false);
	assert_non_null(plan);
	struct rules rules = rules_of(plan, arena, &unknown);
	if (unknown)
		fail_msg("%s has no origin and does not follow from what has one", unknown);
	return rules;
}

static struct rules read_names(const struct rules *rules, struct arena *arena)
{
	struct rules names = {0};

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];

		if (text_equal(rule->kind, "name") || text_equal(rule->kind, "stack"))
			*(struct rule *)arena_append(
				arena, &names.items, &names.count, sizeof(*rule)) = *rule;
	}
	return names;
}

/* A service of a role that gives nothing. */
static struct rules read_basics(struct example example, struct arena *arena)
{
	example.names[0] = "bare.yaml";
	example.texts[0] = "bulkhead: 1\nstack: bare\nservices:\n"
			   "  bare: {role: /bare, command: node}\n";
	example.names[1] = "/bare";
	example.texts[1] = "bulkhead: 1\n";
	example.count = 2;
	return read_rules(&example, arena);
}

struct trial trial_new(const struct example *example, struct arena *arena)
{
	struct trial trial = {.arena = arena, .example = *example};

	trial.before = read_rules(&trial.example, arena);
	trial.names = read_names(&trial.before, arena);
	trial.basics = read_basics(trial.example, arena);
	return trial;
}
