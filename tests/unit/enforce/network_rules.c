/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The tables of a small stack, as text, and that they are the plan's and nothing else. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "enforce/network_rules.h"
#include "plan/plan.h"
#include "system/network_peer.h"

static void compare_with(const char *golden, const char *text)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *path =
		arena_printf(arena, "%s/tests/golden/%s", getenv("BULKHEAD_SOURCE"), golden);
	const char *expected = "";

	assert_non_null(text);
	assert_true(descriptor_read(AT_FDCWD, path, 1 << 20, arena, &expected) > 0);
	assert_string_equal(text, expected);
}

static void the_router_holds_every_edge(void **state)
{
	scoped(memory) char *text = enforce_network_rules_router(&network_plan);

	(void)state;
	compare_with("network-router.nft", text);
}

static void a_service_holds_its_own_edges(void **state)
{
	scoped(memory) char *web =
		enforce_network_rules_service(&network_plan, &network_plan.services[WEB]);
	scoped(memory) char *db =
		enforce_network_rules_service(&network_plan, &network_plan.services[DB]);

	(void)state;
	compare_with("network-web.nft", web);
	compare_with("network-db.nft", db);
}

/* Taking one edge away changes its elements alone. */
static void an_edge_is_its_elements(void **state)
{
	struct plan plan = network_plan;
	scoped(memory) char *with = enforce_network_rules_router(&plan);
	scoped(memory) char *without = NULL;

	(void)state;
	plan.edge_count--;
	without = enforce_network_rules_router(&plan);
	assert_non_null(strstr(with, "\"s1\" . 198.18.4.2 . 198.18.4.4 . udp . 53"));
	assert_null(strstr(without, "udp . 53"));
	assert_non_null(strstr(without, "\"s2\" . 198.18.4.3 . 198.18.4.4 . tcp . 5432"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_router_holds_every_edge),
		cmocka_unit_test(a_service_holds_its_own_edges),
		cmocka_unit_test(an_edge_is_its_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
