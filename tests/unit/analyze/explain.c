/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/explain.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "policy/policy.h"

static const struct where line_read = {"/roles/web.yaml", 4, 5};
static const struct where line_gone = {"/roles/web.yaml", 5, 5};
static const struct where line_calls = {"/roles/web.yaml", 9, 5};
static const struct where line_edge = {"shop.yaml", 7, 5};

static struct policy_path paths[] = {
	{.access = POLICY_READ, .path = "/etc/web", .if_present = true, .where = line_read},
	{.access = POLICY_WRITE,
		.path = "/var/gone",
		.if_present = true,
		.why = "cache",
		.where = line_gone},
};
static struct policy_service policy_web = {.name = "web", .files = paths, .file_count = 2};
static const struct policy policy = {.services = &policy_web, .service_count = 1};

static struct plan_call calls[] = {
	{.name = "read", .number = 0, .where = line_calls},
	{.name = "write", .number = 1, .where = line_calls},
	{.name = "clone3", .number = 435, .action = PLAN_REFUSE, .error = 38, .where = line_calls},
};
static struct plan_node nodes[] = {
	{.kind = PLAN_FOLDER, .target = "/etc", .folder = true, .where = line_read},
	{.kind = PLAN_BIND,
		.target = "/etc/web",
		.source = "/etc/web",
		.folder = true,
		.read_only = true,
		.where = line_read},
};
static struct plan_service services[] = {
	{.name = "web",
		.base = "web",
		.role = "web",
		.program = "/usr/bin/web",
		.calls = calls,
		.call_count = 3,
		.nodes = nodes,
		.node_count = 2},
	{.name = "db",
		.base = "db",
		.program = "/usr/bin/db",
		.life = {.ready = {.kind = PLAN_PROBE_COMMAND, .port = 1},
			.healthy = {.kind = PLAN_PROBE_PORT, .port = 9187, .where = line_edge}}},
};
static struct plan_edge edges[] = {
	{.from = "web",
		.to = "db",
		.transport = PLAN_TCP,
		.port = 5432,
		.why = "orders",
		.where = line_edge},
};
static const struct plan plan = {
	.services = services, .service_count = 2, .edges = edges, .edge_count = 1};

static const struct analyze_right *find(
	const struct analyze_rights *rights, const char *right, const char *what)
{
	for (size_t i = 0; i < rights->right_count; i++)
		if (strcmp(rights->rights[i].right, right) == 0 &&
			strstr(rights->rights[i].what, what))
			return &rights->rights[i];
	return NULL;
}

static const struct analyze_rights *explain(const char *service, struct arena *arena)
{
	static const char *const folders[] = {"/roles"};

	return analyze_explain(&plan, &policy, plan_service(&plan, service), folders, 1, arena);
}

static void a_right_names_its_line_and_whether_a_role_gave_it(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_rights *rights = explain("web", arena);
	const struct analyze_right *read = find(rights, "read", "/etc/web");
	const struct analyze_right *edge = find(rights, "connect to", "db:5432");

	(void)state;
	assert_non_null(read);
	assert_true(read->from_role);
	assert_false(read->absent);
	assert_int_equal(read->where.line, 4);
	assert_non_null(edge);
	assert_false(edge->from_role);
	assert_string_equal(edge->why, "orders");
}

static void a_path_that_is_not_here_is_shown_as_absent(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_right *gone = find(explain("web", arena), "write", "/var/gone");

	(void)state;
	assert_non_null(gone);
	assert_true(gone->absent);
	assert_string_equal(gone->why, "cache");
}

static void calls_of_one_line_are_one_right_and_refusals_are_none(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_rights *rights = explain("web", arena);
	const struct analyze_right *call = find(rights, "call", "read");

	(void)state;
	assert_non_null(call);
	assert_string_equal(call->what, "read, write");
	assert_null(find(rights, "call", "clone3"));
}

static void the_other_side_of_an_edge_sees_it_too(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_rights *rights = explain("db", arena);

	(void)state;
	assert_non_null(find(rights, "accept from", "web on 5432"));
	assert_null(find(rights, "connect to", ""));
}

static void the_router_is_let_in_where_it_asks(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_rights *rights = explain("db", arena);
	const struct analyze_right *asks = find(rights, "accept from", "the router on 9187");

	(void)state;
	assert_non_null(asks);
	assert_int_equal(asks->where.line, 7);
	assert_null(find(rights, "accept from", "the router on 1,"));
}

static const char *fact(const struct analyze_rights *rights, const char *what)
{
	for (size_t i = 0; i < rights->life_count; i++)
		if (strcmp(rights->life[i].what, what) == 0)
			return rights->life[i].text;
	return "";
}

static void the_life_is_told_in_words(void **state)
{
	static const char *ask[] = {"/usr/bin/ask", "-q"};
	static struct plan_dependency dependencies[] = {
		{"migrate", true, {"shop.yaml", 8, 1}}, {"db", false, {"/roles/web.yaml", 8, 1}}};
	static const struct {
		struct plan_life life;
		const char *what, *text;
	} cases[] = {
		{{.ready = {.kind = PLAN_PROBE_PORT, .port = 80}}, "ready",
			"when port 80 takes a connection"},
		{{.ready = {.kind = PLAN_PROBE_NONE}}, "ready", "when it has run for a second"},
		{{.ready = {.kind = PLAN_PROBE_NOTIFY}}, "ready",
			"when it says so itself, by $NOTIFY_SOCKET"},
		{{.healthy = {.kind = PLAN_PROBE_HTTP, .port = 80, .path = "/up"}}, "healthy",
			"while GET /up at port 80 is answered with 200 to 399"},
		{{.healthy = {.kind = PLAN_PROBE_COMMAND, .command = ask, .command_count = 2}},
			"healthy", "while '/usr/bin/ask -q' ends with 0"},
		{{.job = {PLAN_JOB_EVERY, 7200, {NULL, 0, 0}}}, "job", "every 2h"},
		{{.job = {PLAN_JOB_EVERY, 90, {NULL, 0, 0}}}, "job", "every 90s"},
		{{.job = {PLAN_JOB_AT, 11700, {NULL, 0, 0}}}, "job", "daily at 03:15"},
		{{.job = {PLAN_JOB_ONCE, 0, {NULL, 0, 0}}}, "ready", ""},
		{{.stop_signal = SIGQUIT, .stop_seconds = 60}, "stop", "by QUIT"},
		{{.stop_signal = SIGQUIT, .stop_seconds = 60}, "killed", "after 1m"},
		{{.reload_signal = SIGHUP}, "reload", "by HUP"},
		{{.reload_command = ask, .reload_command_count = 2}, "reload",
			"by '/usr/bin/ask -q'"},
		{{.restart = PLAN_RESTART_NEVER}, "started again", "never"},
		{{.dependencies = dependencies, .dependency_count = 2}, "starts",
			"after migrate is done"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scoped(arena) struct arena *arena = arena_new();

		services[0].life = cases[i].life;
		assert_string_equal(fact(explain("web", arena), cases[i].what), cases[i].text);
	}
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_rights *rights = explain("web", arena);
	assert_string_equal(rights->life[1].text, "after db is ready");
	assert_true(rights->life[1].from_role);
	assert_false(rights->life[0].from_role);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_names_its_line_and_whether_a_role_gave_it),
		cmocka_unit_test(a_path_that_is_not_here_is_shown_as_absent),
		cmocka_unit_test(calls_of_one_line_are_one_right_and_refusals_are_none),
		cmocka_unit_test(the_other_side_of_an_edge_sees_it_too),
		cmocka_unit_test(the_router_is_let_in_where_it_asks),
		cmocka_unit_test(the_life_is_told_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
