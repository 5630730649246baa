/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"

static const struct where line = {"shop.yaml", 7, 3};

static struct plan *sample(struct arena *arena)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct plan_service *service =
		arena_append(arena, &plan->services, &plan->service_count, sizeof(*service));
	struct plan_call *call =
		arena_append(arena, &service->calls, &service->call_count, sizeof(*call));
	struct plan_node *node =
		arena_append(arena, &service->nodes, &service->node_count, sizeof(*node));
	uint32_t *group = arena_append(
		arena, &service->identity.groups, &service->identity.group_count, sizeof(*group));

	plan->version = PLAN_VERSION;
	plan->stack = "shop";
	plan->where = line;
	plan->arch = "x86-64";
	service->name = service->base = "edge";
	service->program = "/usr/sbin/nginx";
	service->workdir = "/";
	service->where = line;
	*call = (struct plan_call){.name = "socket", .number = 41, .where = line};
	struct plan_condition *condition =
		arena_append(arena, &call->conditions, &call->condition_count, sizeof(*condition));
	*condition = (struct plan_condition){0, true, false, UINT64_MAX, 0x8000000000000000};
	*node = (struct plan_node){.kind = PLAN_BIND,
		.target = "/a \"quoted\" \xc3\xa9 path",
		.source = "/src",
		.read_only = true,
		.mode = 0644,
		.where = line};
	*group = 4294967294;
	return plan;
}

static void what_is_written_reads_back_to_the_same_bytes(void **state)
{
	(void)state;
	scoped(arena) struct arena *arena = arena_new();
	struct plan *again;
	struct fault why = {0};
	scoped(memory) char *first = plan_write(sample(arena));

	assert_non_null(first);
	assert_int_equal(plan_read("plan.json", first, strlen(first), arena, &again, &why), 0);
	scoped(memory) char *second = plan_write(again);
	assert_string_equal(first, second);
	assert_int_equal(again->services[0].where.line, 7);
	assert_true(again->services[0].calls[0].conditions[0].value == 0x8000000000000000);
}

static void what_is_brief_reads_back_to_all_of_it(void **state)
{
	(void)state;
	scoped(arena) struct arena *arena = arena_new();
	struct plan *again;
	struct fault why = {0};
	scoped(memory) char *whole = plan_write(sample(arena));
	scoped(memory) char *brief = plan_write_brief(sample(arena));

	assert_true(strlen(brief) < strlen(whole) / 4);
	assert_non_null(strstr(brief, "\"read_only\":true"));
	assert_null(strstr(brief, "false"));
	assert_int_equal(plan_read_older("1.json", brief, strlen(brief), arena, &again, &why), 0);
	scoped(memory) char *second = plan_write(again);
	assert_string_equal(whole, second);
	/* It is no plan for people, who are told of what is missing. */
	assert_int_equal(plan_read("1.json", brief, strlen(brief), arena, &again, &why), -EINVAL);
}

/* A comment more in the policy, or another name of its file, is no reason to start anew. */
static void plans_that_differ_by_their_lines_alone_are_the_same(void **state)
{
	static const struct {
		const char *from, *to;
		bool same;
	} cases[] = {
		{"shop.yaml:7:3", "/etc/shop.yaml:9:1", true},
		{"\"mode\": 420", "\"mode\": 421", false},
		{"\"target\": \"/a", "\"target\": \"/b", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scoped(arena) struct arena *arena = arena_new();
		scoped(memory) char *text = plan_write(sample(arena));
		const char *at = strstr(text, cases[i].from);
		struct plan *plan;

		assert_non_null(at);
		const char *changed = arena_printf(arena, "%.*s%s%s", (int)(at - text), text,
			cases[i].to, at + strlen(cases[i].from));
		assert_int_equal(
			plan_read("plan.json", changed, strlen(changed), arena, &plan, NULL), 0);
		assert_int_equal(plan_same(sample(arena), plan), cases[i].same);
	}
}

static int read_changed(const char *from, const char *to, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	scoped(memory) char *text = plan_write(sample(arena));
	struct plan *plan;
	char *at = strstr(text, from);

	assert_non_null(at);
	const char *changed =
		arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return plan_read("plan.json", changed, strlen(changed), arena, &plan, why);
}

static void a_changed_plan_is_refused_by_the_name_of_the_field(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *text;
	} cases[] = {
		{"\"mode\": 420", "\"mode\": -1", "services[0].nodes[0].mode: is not a number"},
		{"\"mode\": 420", "\"mode\": 4294967296", "mode: is not a number in range"},
		{"\"read_only\": true", "\"read_only\": 1", "read_only: is neither true nor false"},
		{"\"kind\": \"bind\"", "\"kind\": \"blind\"", "kind: is not one of its words"},
		{"\"edges\"", "\"hedges\"", "hedges: is not known"},
		{"\"target\": \"/a", "\"target\": \"a", "has no target"},
		{"shop.yaml:7:3", "shop.yaml", "is not file:line:column"},
		{"\"version\": 5", "\"version\": 6", "plan of version 6"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault why = {0};

		assert_true(read_changed(cases[i].from, cases[i].to, &why) < 0);
		assert_int_equal(why.kind, FAULT_USAGE);
		if (!strstr(why.text, cases[i].text))
			fail_msg("'%s' does not say '%s'", why.text, cases[i].text);
	}
}

/* Nobody looks behind the end of a list for what a state that was tampered with names. */
static void an_edge_has_a_budget_that_is_there(void **state)
{
	static struct plan_edge edge = {.from = "a", .to = "b", .budget = 1};
	static struct plan_budget budget = {.from = "a", .bytes = 65536};
	scoped(arena) struct arena *arena = arena_new();
	struct plan plan = *sample(arena), *read;
	struct fault why = {0};

	(void)state;
	plan.edges = &edge;
	plan.edge_count = 1;
	plan.budget_count = 0;
	scoped(memory) char *without = plan_write(&plan);
	assert_true(plan_read("p", without, strlen(without), arena, &read, &why) < 0);
	assert_non_null(strstr(why.text, "a budget that is not there"));
	plan.budgets = &budget;
	plan.budget_count = 1;
	scoped(memory) char *endless = plan_write(&plan);
	assert_true(plan_read("p", endless, strlen(endless), arena, &read, &why) < 0);
	assert_non_null(strstr(why.text, "no service, number or period"));
	budget.byte_seconds = 60;
	scoped(memory) char *good = plan_write(&plan);
	assert_int_equal(plan_read("p", good, strlen(good), arena, &read, &why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back_to_the_same_bytes),
		cmocka_unit_test(what_is_brief_reads_back_to_all_of_it),
		cmocka_unit_test(plans_that_differ_by_their_lines_alone_are_the_same),
		cmocka_unit_test(a_changed_plan_is_refused_by_the_name_of_the_field),
		cmocka_unit_test(an_edge_has_a_budget_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
