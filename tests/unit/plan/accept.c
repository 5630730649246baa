/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a service does without: features that the kernel lacks, and what its program tries. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "host/host.h"
#include "sketch.h"

#define BARE "role: bare, command: daemon"

/* The same policy for a machine that lacks @feature. */
static void plan_without(struct sketch *sketch, enum host_feature feature, bool judging)
{
	sketch->host->features[feature].state = HOST_NO;
	sketch->report = report_new(sketch->arena);
	sketch->plan =
		plan_build(sketch->policy, sketch->host, judging, sketch->arena, sketch->report);
}

static const struct plan_gap *find_gap(
	const struct plan *plan, const char *service, enum host_feature feature)
{
	for (size_t i = 0; i < plan->gap_count; i++)
		if (text_equal(plan->gaps[i].service, service) &&
			text_equal(plan->gaps[i].feature, host_features[feature].name))
			return &plan->gaps[i];
	return NULL;
}

static void who_accepts_starts_without_and_who_does_not_is_refused(void **state)
{
	struct sketch sketch = sketch_plan("  a: {" BARE ", accept-missing: [landlock]}\n"
					   "  b: {" BARE "}\n",
		false);

	(void)state;
	plan_without(&sketch, HOST_LANDLOCK, false);
	const struct plan_gap *accepted = find_gap(sketch.plan, "a", HOST_LANDLOCK);
	const struct plan_gap *refused = find_gap(sketch.plan, "b", HOST_LANDLOCK);
	assert_non_null(accepted);
	assert_true(accepted->accepted);
	assert_false(accepted->required);
	assert_int_equal(accepted->where.column, 53);
	assert_string_equal(accepted->text,
		"only the view would stand between a service and files it was not given");
	assert_non_null(refused);
	assert_true(refused->required);
	assert_false(refused->accepted);
	assert_null(find_gap(sketch.plan, NULL, HOST_LANDLOCK));
	assert_false(plan_service(sketch.plan, "a")->landlock.used);
	assert_int_equal(plan_report_gaps(sketch.plan, false, sketch.report), 1);
	sketch_free(&sketch);
}

static void a_limit_that_is_asked_for_may_be_accepted_as_missing(void **state)
{
	struct sketch sketch = sketch_plan("  a: {" BARE ", limits: {memory: 1MB, cpu: 1}, "
					   "accept-missing: [cgroup-memory]}\n",
		false);

	(void)state;
	sketch.host->features[HOST_CGROUP_CPU].state = HOST_NO;
	plan_without(&sketch, HOST_CGROUP_MEMORY, false);
	assert_true(find_gap(sketch.plan, "a", HOST_CGROUP_MEMORY)->accepted);
	assert_int_equal(plan_report_gaps(sketch.plan, false, sketch.report), 1);
	assert_true(find_gap(sketch.plan, "a", HOST_CGROUP_CPU)->required);
	sketch_free(&sketch);
}

static void namespaces_without_limits_are_the_plans_knowledge(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {" BARE ", accept-missing: [namespace-limits]}\n", false);

	(void)state;
	assert_true(plan_service(sketch.plan, "a")->namespaces_held);
	plan_without(&sketch, HOST_NAMESPACE_LIMITS, false);
	assert_false(plan_service(sketch.plan, "a")->namespaces_held);
	assert_int_equal(plan_report_gaps(sketch.plan, false, sketch.report), 0);
	sketch_free(&sketch);
}

static void what_is_accepted_for_nothing_is_noted(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {" BARE ", accept-missing: [landlock, cgroup-io]}\n", true);

	(void)state;
	assert_true(sketch_says(&sketch, REPORT_NOTE, "'landlock' is not missing here"));
	plan_without(&sketch, HOST_CGROUP_IO, true);
	assert_true(sketch_says(&sketch, REPORT_NOTE, "nothing of 'a' relies on 'cgroup-io'"));
	/* Not at `up`: it is written for other machines as well. */
	plan_without(&sketch, HOST_CGROUP_IO, false);
	assert_false(sketch_says(&sketch, REPORT_NOTE, "relies on"));
	sketch_free(&sketch);
}

static void names_that_mean_nothing_and_what_nobody_does_without_are_errors(void **state)
{
	static const struct {
		const char *name, *error;
	} cases[] = {
		{"landloc", "'landloc' is not a feature of a kernel"},
		{"seccomp", "no service can do without 'seccomp'"},
		{"nftables", "no service can do without 'nftables'"},
		{"user-namespace", "no service can do without 'user-namespace'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "  a: {" BARE ", accept-missing: [%s]}\n",
			cases[i].name);
		struct sketch sketch = sketch_plan(text, true);
		assert_true(sketch_says(&sketch, REPORT_ERROR, cases[i].error));
		sketch_free(&sketch);
	}
}

static void an_expected_refusal_is_in_the_plan_with_its_line(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {" BARE ", expected: [{call: io_uring_setup, why: probe}, "
			    "{path: /run/nscd/socket, why: cache}]}\n",
			false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	assert_int_equal(a->expected_count, 2);
	assert_string_equal(a->expected[0].call, "io_uring_setup");
	assert_string_equal(a->expected[0].why, "probe");
	assert_string_equal(a->expected[1].path, "/run/nscd/socket");
	assert_int_equal(a->expected[1].where.line, 4);
	sketch_free(&sketch);
}

static void what_is_allowed_or_shown_cannot_be_expected_to_be_refused(void **state)
{
	static const struct {
		const char *keys, *error;
	} cases[] = {
		{"syscalls: {allow: [io_uring_setup]}, "
		 "expected: [{call: io_uring_setup, why: probe}]",
			"'io_uring_setup' is expected to be refused, and it is allowed"},
		{"files: {read: [/srv/app]}, expected: [{path: /srv/app/x, why: probe}]",
			"'/srv/app/x' is expected to be refused, and it is in the view"},
		{"files: {read: [/srv/file]}, expected: [{path: /srv/file, why: probe}]",
			"'/srv/file' is expected to be refused, and it is in the view"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "  a: {" BARE ", %s}\n", cases[i].keys);
		struct sketch sketch = sketch_plan(text, true);
		assert_true(sketch_says(&sketch, REPORT_ERROR, cases[i].error));
		sketch_free(&sketch);
	}
}

/* socket is refused for most families, however many are allowed. */
static void a_call_that_is_allowed_with_some_arguments_may_be_expected(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {" BARE ", syscalls: {allow: [unix-sockets]}, "
			    "expected: [{call: socket, why: \"netlink, for interfaces\"}]}\n",
			false);

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	assert_int_equal(plan_service(sketch.plan, "a")->expected_count, 1);
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_accepts_starts_without_and_who_does_not_is_refused),
		cmocka_unit_test(a_limit_that_is_asked_for_may_be_accepted_as_missing),
		cmocka_unit_test(namespaces_without_limits_are_the_plans_knowledge),
		cmocka_unit_test(what_is_accepted_for_nothing_is_noted),
		cmocka_unit_test(names_that_mean_nothing_and_what_nobody_does_without_are_errors),
		cmocka_unit_test(an_expected_refusal_is_in_the_plan_with_its_line),
		cmocka_unit_test(what_is_allowed_or_shown_cannot_be_expected_to_be_refused),
		cmocka_unit_test(a_call_that_is_allowed_with_some_arguments_may_be_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
