/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What two plans differ in: the network of the stack, the confinement of a service or its life. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/report.h"
#include "policy/policy.h"
#include "sketch.h"

#define DB "  db: {role: bare, command: daemon, listens: [5432, 5433, 53/udp]"
#define WEB "}\n  web: {role: bare, command: daemon, connects: [db:5432]"

static const char before[] = DB WEB "}\n";

/* What is the same as @before when it says @after instead: db of it. */
static const struct {
	const char *after;
	bool network, confinement, life;
} rows[] = {
	{DB WEB "}\n", true, true, true},
	{"\n" DB WEB "}\n", true, true, true},
	{DB ", restart: never" WEB "}\n", true, true, false},
	{DB ", stop: {signal: INT}" WEB "}\n", true, true, false},
	{DB ", healthy: {command: daemon}" WEB "}\n", true, true, false},
	/* The router is let in at a port that it asks. */
	{DB ", ready: {port: 5432}" WEB "}\n", false, true, false},
	{DB ", healthy: {http: \":5433/x\"}" WEB "}\n", false, true, false},
	{DB "}\n  web: {role: bare, command: daemon, connects: [db:5433]}\n", false, true, true},
	{DB WEB ", environment: {A: b}}\n", true, true, true},
	{DB ", environment: {A: b}" WEB "}\n", true, false, true},
	{DB ", publishes: {5432: 127.0.0.1}" WEB "}\n", false, true, true},
	{DB WEB "}\n  more: {role: bare, command: daemon}\n", false, true, true},
	/* Between two that are in audit mode the router lets all pass. */
	{DB ", mode: {network: audit}" WEB "}\n", false, false, true},
	{DB ", mode: {capabilities: audit}" WEB "}\n", true, false, true},
};

static void what_differs_is_told_apart(void **state)
{
	struct sketch sketch = sketch_plan(before, false);
	const struct plan_service *db = plan_service(sketch.plan, "db");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch other = sketch_plan(rows[i].after, false);
		const struct plan_service *peer = plan_service(other.plan, "db");

		if (plan_same_network(sketch.plan, other.plan) != rows[i].network)
			fail_msg("network: %s", rows[i].after);
		if (plan_same_confinement(db, peer) != rows[i].confinement)
			fail_msg("confinement: %s", rows[i].after);
		if (plan_same_life(db, peer) != rows[i].life)
			fail_msg("life: %s", rows[i].after);
		sketch_free(&other);
	}
	sketch_free(&sketch);
}

/* How it is asked at a port is the supervisor's business alone. */
static void another_page_at_the_same_port_is_life(void **state)
{
	struct sketch one = sketch_plan(DB ", ready: {http: \":5432/a\"}" WEB "}\n", false);
	struct sketch other = sketch_plan(DB ", ready: {http: \":5432/b\"}" WEB "}\n", false);
	struct sketch third = sketch_plan(DB ", ready: {port: 5432}" WEB "}\n", false);

	(void)state;
	assert_true(plan_same_network(one.plan, other.plan));
	assert_true(plan_same_network(one.plan, third.plan));
	assert_false(plan_same_life(plan_service(one.plan, "db"), plan_service(other.plan, "db")));
	sketch_free(&one);
	sketch_free(&other);
	sketch_free(&third);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_is_told_apart),
		cmocka_unit_test(another_page_at_the_same_port_is_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
