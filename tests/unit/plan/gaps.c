/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a host lacks: a launch that relies on it is refused, in words that help; the rest is said.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/scoped.h"
#include "base/text.h"
#include "example.h"
#include "host/host.h"
#include "plan/plan.h"

struct lacking {
	struct example example;
	struct report *report;
	const struct plan *plan;
};

static void plan_without(struct lacking *lacking, enum host_feature feature, enum host_state state,
	struct arena *arena)
{
	example_read(&lacking->example, "examples/small/bulkhead.yaml", "roles",
		"tests/golden/small.host.json", arena);
	lacking->example.host->features[feature].state = state;
	lacking->report = report_new(arena);
	lacking->plan = example_plan(&lacking->example, arena, lacking->report);
	assert_non_null(lacking->plan);
}

static const struct plan_gap *find_gap(const struct plan *plan, enum host_feature feature)
{
	for (size_t i = 0; i < plan->gap_count; i++)
		if (text_equal(plan->gaps[i].feature, host_features[feature].name))
			return &plan->gaps[i];
	return NULL;
}

/* Features that this stack does not ask for: limits it does not set, root's own files. */
static bool asked(enum host_feature feature)
{
	return feature != HOST_CGROUP_MEMORY && feature != HOST_CGROUP_CPU &&
	       feature != HOST_CGROUP_IO && feature != HOST_IDMAPPED_MOUNTS &&
	       feature != HOST_LOOPBACK_NAT && feature != HOST_BANDWIDTH &&
	       !(HOST_DOOR_FEATURES & HOST_FEATURE_BIT(feature)) &&
	       !(HOST_PASSING_FEATURES & HOST_FEATURE_BIT(feature)) &&
	       !(HOST_SHOWN_FEATURES & HOST_FEATURE_BIT(feature));
}

static void a_host_that_has_everything_leaves_no_gap(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct lacking lacking;

	(void)state;
	plan_without(&lacking, HOST_APPARMOR, HOST_NO, arena);
	assert_int_equal(lacking.plan->gap_count, 0);
	assert_int_equal(plan_report_gaps(lacking.plan, false, lacking.report), 0);
}

static void what_a_host_lacks_is_a_gap_where_it_is_asked_for(void **state)
{
	(void)state;
	for (int feature = 0; feature < HOST_FEATURE_COUNT; feature++) {
		scoped(arena) struct arena *arena = arena_new();
		struct lacking lacking;

		plan_without(&lacking, feature, HOST_NO, arena);
		const struct plan_gap *gap = find_gap(lacking.plan, feature);
		print_message("%s\n", host_features[feature].name);
		assert_int_equal(gap != NULL, asked(feature));
		if (!gap)
			continue;
		assert_int_equal(gap->required,
			host_features[feature].required || feature == HOST_TRANSPARENT_PROXY ||
				feature == HOST_VETH || feature == HOST_NFTABLES ||
				feature == HOST_SECCOMP_NOTIFY);
		assert_false(gap->not_tried);
		assert_string_equal(gap->text, host_features[feature].without);
		assert_string_equal(gap->get, host_features[feature].get);
		assert_non_null(gap->where.file);
		assert_int_equal(
			plan_report_gaps(lacking.plan, false, lacking.report) > 0, gap->required);
	}
}

/* Nobody looked: never a yes. */
static void what_was_not_tried_is_a_gap_as_well(void **state)
{
	(void)state;
	for (int feature = 0; feature < HOST_FEATURE_COUNT; feature++) {
		scoped(arena) struct arena *arena = arena_new();
		struct lacking lacking;

		plan_without(&lacking, feature, HOST_NOT_TRIED, arena);
		const struct plan_gap *gap = find_gap(lacking.plan, feature);
		assert_int_equal(gap != NULL, asked(feature));
		if (gap)
			assert_true(gap->not_tried);
	}
}

static void says(const struct report_entry *entry, const char *text, const char *hint)
{
	assert_int_equal(entry->level, REPORT_ERROR);
	assert_string_equal(entry->text, text);
	assert_string_equal(entry->hint, hint);
}

static void a_refusal_says_what_is_missing_what_it_costs_and_how_to_get_it(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct lacking lacking;
	size_t count;

	(void)state;
	plan_without(&lacking, HOST_LANDLOCK, HOST_NO, arena);
	report_clear(lacking.report);
	assert_int_equal(plan_report_gaps(lacking.plan, false, lacking.report), 1);
	const struct report_entry *entries = report_entries(lacking.report, &count);
	assert_int_equal(count, 1);
	says(&entries[0],
		"the stack cannot start: this kernel lacks 'landlock' (layer landlock): only the "
		"view would stand between a service and files it was not given, so nothing is "
		"started",
		"to get it: Linux 5.13 with CONFIG_SECURITY_LANDLOCK=y, and `landlock` in the lsm= "
		"boot parameter");
	assert_string_equal(entries[0].where.file, "examples/small/bulkhead.yaml");
	report_clear(lacking.report);
	assert_int_equal(plan_report_gaps(lacking.plan, true, lacking.report), 1);
	assert_int_equal(report_entries(lacking.report, &count)[0].level, REPORT_NOTE);

	plan_without(&lacking, HOST_NFTABLES, HOST_NOT_TRIED, arena);
	report_clear(lacking.report);
	/* Whoever only judges, and could not try, is told nothing. */
	assert_int_equal(plan_report_gaps(lacking.plan, true, lacking.report), 0);
	assert_int_equal(plan_report_gaps(lacking.plan, false, lacking.report), 1);
	entries = report_entries(lacking.report, &count);
	says(&entries[0],
		"the stack cannot start: nobody could try 'nftables' (layer network): services "
		"with "
		"`listens` on ports, `connects` or `publishes` cannot be started",
		"`bulkhead doctor` tries it when it runs as root");
}

/* What the policy asks for by key is required, at the line that asked. */
static void what_a_key_asks_for_is_required(void **state)
{
	static const enum host_feature cases[] = {
		HOST_CGROUP_MEMORY,
		HOST_CGROUP_CPU,
		HOST_CGROUP_IO,
		HOST_IDMAPPED_MOUNTS,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scoped(arena) struct arena *arena = arena_new();
		struct report *report = report_new(arena);
		struct example example;

		example_read(&example, "tests/unit/plan/every/policy.yaml",
			"tests/unit/plan/every/roles", "tests/golden/every.host.json", arena);
		example_add(&example, "/every.env", "");
		example.host->features[cases[i]].state = HOST_NO;
		const struct plan *plan = example_plan(&example, arena, report);
		assert_non_null(plan);
		const struct plan_gap *gap = find_gap(plan, cases[i]);
		assert_non_null(gap);
		assert_true(gap->required);
		assert_string_equal(gap->service, "wide");
		assert_true(gap->where.line > plan_service(plan, gap->service)->where.line);
		assert_int_equal(plan_report_gaps(plan, false, report), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_that_has_everything_leaves_no_gap),
		cmocka_unit_test(what_a_host_lacks_is_a_gap_where_it_is_asked_for),
		cmocka_unit_test(what_was_not_tried_is_a_gap_as_well),
		cmocka_unit_test(a_refusal_says_what_is_missing_what_it_costs_and_how_to_get_it),
		cmocka_unit_test(what_a_key_asks_for_is_required),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
