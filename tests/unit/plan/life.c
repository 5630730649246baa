/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the supervisor is told of a service: defaults, probes, order, instances. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "policy/policy.h"
#include "sketch.h"

static void what_nobody_says_is_the_default(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {role: bare, command: daemon}\n"
			    "  j: {role: bare, command: daemon, job: {before: [a]}}\n",
			false);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	const struct plan_service *j = plan_service(sketch.plan, "j");

	(void)state;
	assert_int_equal(a->life.restart, PLAN_RESTART_ALWAYS);
	assert_int_equal(j->life.restart, PLAN_RESTART_NEVER);
	assert_int_equal(a->life.stop_signal, SIGTERM);
	assert_int_equal(a->life.stop_seconds, 10);
	assert_int_equal(a->life.reload_signal, 0);
	assert_int_equal(a->life.reload_command_count, 0);
	assert_int_equal(a->life.ready.kind, PLAN_PROBE_NONE);
	assert_int_equal(a->life.healthy.kind, PLAN_PROBE_NONE);
	assert_int_equal(a->life.job.kind, PLAN_JOB_NONE);
	assert_true(where_same(a->life.restart_where, a->where));
	assert_true(where_same(a->life.stop_signal_where, a->where));
	assert_int_equal(j->life.job.kind, PLAN_JOB_ONCE);
	assert_string_equal(a->base, "a");
	assert_int_equal(a->instance, 0);
	sketch_free(&sketch);
}

static void a_command_is_one_that_it_may_execute(void **state)
{
	static const struct {
		const char *command, *path, *error;
	} cases[] = {
		{"daemon --ask", "/usr/bin/daemon", NULL},
		{"/usr/bin/tool", "/usr/bin/tool", NULL},
		{"/usr/bin/script", "/usr/bin/script",
			"'a' may not execute /usr/bin/script: it is none of its programs"},
		{"/usr/bin/none", "/usr/bin/none", "program '/usr/bin/none': no such file"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new();
		struct sketch sketch =
			sketch_plan(arena_printf(arena,
					    "  a: {role: bare, command: daemon, programs: "
					    "[/usr/bin/tool], ready: "
					    "{command: %s}, reload: {command: %s}}\n",
					    cases[i].command, cases[i].command),
				false);
		const struct plan_life *life = &plan_service(sketch.plan, "a")->life;

		assert_int_equal(life->ready.kind, PLAN_PROBE_COMMAND);
		assert_string_equal(life->ready.command[0], cases[i].path);
		assert_string_equal(life->reload_command[0], cases[i].path);
		/* Both of them say so. */
		assert_int_equal(report_count(sketch.report, REPORT_ERROR), cases[i].error ? 2 : 0);
		if (cases[i].error)
			assert_true(sketch_says(&sketch, REPORT_ERROR, cases[i].error));
		sketch_free(&sketch);
		arena_free(arena);
	}
}

static const char several[] =
	"  a: {role: bare, command: daemon, instances: 3, listens: [80], publishes: {80: "
	"\"127.0.0.1:8080\"}}\n"
	"  b: {role: bare, command: daemon, connects: [a:80], depends-on: [a], instances: 2}\n"
	"  c: {role: bare, command: daemon, connects: [a.2:80, a:80]}\n"
	"  d: {role: bare, command: daemon, connects: [a.2:80], user: db}\n";

static size_t count_edges(const struct plan *plan, const char *from, const char *to)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->edge_count; i++)
		count += text_equal(plan->edges[i].from, from) &&
			 text_equal(plan->edges[i].to, to) && plan->edges[i].port == 80;
	return count;
}

static void each_instance_is_a_service_by_itself(void **state)
{
	struct sketch sketch = sketch_plan(several, false);
	const struct plan *plan = sketch.plan;
	static const char *const names[] = {"a.1", "a.2", "a.3", "b.1", "b.2", "c", "d"};

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	assert_int_equal(plan->service_count, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_string_equal(plan->services[i].name, names[i]);
		assert_int_equal(plan->services[i].link, i + 1);
		assert_memory_equal(plan->services[i].base, names[i], 1);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
				plan->services[i].address4, plan->services[j].address4);
	}
	assert_int_equal(plan->services[1].instance, 2);
	assert_int_equal(plan->services[5].instance, 0);
	/* Whoever names the service reaches each, once. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(count_edges(plan, "b.1", names[i]), 1);
		assert_int_equal(count_edges(plan, "b.2", names[i]), 1);
		assert_int_equal(count_edges(plan, "c", names[i]), 1);
		assert_int_equal(count_edges(plan, "d", names[i]), i == 1);
	}
	assert_int_equal(plan->publish_count, 3);
	assert_string_equal(plan->publishes[2].service, "a.3");
	assert_int_equal(plan_doors(plan), 1);
	assert_ptr_equal(plan_service_named(plan, "b"), plan_service(plan, "b.1"));
	assert_ptr_equal(plan_service_named(plan, "b.2"), plan_service(plan, "b.2"));
	assert_null(plan_service_named(plan, "b.3"));
	assert_int_equal(plan->services[3].life.dependency_count, 3);
	assert_string_equal(plan->services[3].life.dependencies[2].service, "a.3");
	sketch_free(&sketch);
}

/* They may share what they write; their inits are strangers to each other. */
static void instances_share_a_user_and_no_init(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {role: bare, command: daemon, instances: 2}\n", false);
	const struct plan_identity *one = &sketch.plan->services[0].identity;
	const struct plan_identity *two = &sketch.plan->services[1].identity;

	(void)state;
	assert_int_equal(one->uid, 1004);
	assert_int_equal(two->uid, 1004);
	assert_int_equal(one->init_id, 1007);
	assert_int_equal(two->init_id, 1008);
	sketch_free(&sketch);
}

static void each_instance_has_an_id_of_its_own(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {role: bare, command: daemon, instances: 2}\n"
			    "  d: {role: bare, command: daemon, user: db, instances: 1}\n",
			false);
	static const char *const wanted[] = {
		"s//router", "s//gateway", "s/a.1", "s/a.2", "s/a/user", "s/d.1", "s//supervisor"};
	size_t count;
	const char *const *names = plan_id_names(sketch.policy, sketch.arena, &count);

	(void)state;
	assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < count; i++)
		assert_string_equal(names[i], wanted[i]);
	sketch_free(&sketch);
}

static void a_mistake_is_said_once_for_all_instances(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: /usr/bin/none, instances: "
					   "3, files: {read: [/srv/gone]}}\n",
		false);

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 2);
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_says_is_the_default),
		cmocka_unit_test(a_command_is_one_that_it_may_execute),
		cmocka_unit_test(each_instance_is_a_service_by_itself),
		cmocka_unit_test(instances_share_a_user_and_no_init),
		cmocka_unit_test(each_instance_has_an_id_of_its_own),
		cmocka_unit_test(a_mistake_is_said_once_for_all_instances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
