/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From one table to another, as text: what is the same is not spoken of. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network_rules.h"
#include "enforce/nft_difference.h"
#include "plan/plan.h"
#include "system/network_stack.h"

#define TABLE(inside) "table inet bulkhead {\n" inside "}\n"
#define SET(name, inside) "\tset " name " {\n\t\ttype ipv4_addr\n" inside "\t}\n"
#define ELEMENTS(inside) "\t\telements = {\n\t\t\t" inside " }\n"
#define CHAIN(name, rules) "\tchain " name " {\n" rules "\t}\n"
#define HOOK "\t\ttype filter hook input priority filter; policy drop;\n"
#define LIMIT(rate) "\tlimit bucket7 {\n\t\trate over " rate " bytes/second\n\t}\n"
#define OVER "\t\tsize 512\n\t\tflags dynamic,timeout\n\t\ttimeout 5s\n"

static const struct {
	const char *before, *after, *difference; /* NULL: there is no telling */
} rows[] = {
	{TABLE(SET("a", ELEMENTS("10.0.0.1"))), TABLE(SET("a", ELEMENTS("10.0.0.1"))), ""},
	/* In another order, and twice. */
	{TABLE(SET("a", ELEMENTS("10.0.0.1,\n\t\t\t10.0.0.2"))),
		TABLE(SET("a", ELEMENTS("10.0.0.2,\n\t\t\t10.0.0.1,\n\t\t\t10.0.0.1"))), ""},
	{TABLE(SET("a", ELEMENTS("10.0.0.1,\n\t\t\t10.0.0.2")) SET("b", ELEMENTS("10.0.0.9"))),
		TABLE(SET("a", ELEMENTS("10.0.0.2,\n\t\t\t10.0.0.3"))
				SET("b", ELEMENTS("10.0.0.9"))),
		"delete element inet bulkhead a {\n10.0.0.1 }\n"
		"add element inet bulkhead a {\n10.0.0.3 }\n"},
	{TABLE(SET("a", "")), TABLE(SET("a", ELEMENTS("10.0.0.1"))),
		"add element inet bulkhead a {\n10.0.0.1 }\n"},
	/* What packets put into it is not said here, and stays. */
	{TABLE(SET("over7", OVER) CHAIN("x", "\t\treturn\n")),
		TABLE(SET("over7", OVER) CHAIN("x", "\t\tdrop\n")),
		"flush chain inet bulkhead x\n"
		"table inet bulkhead {\nchain x {\ndrop\n}\n}\n"},
	/* Only the chains that say something else are written. */
	{TABLE(CHAIN("input", HOOK "\t\taccept\n") CHAIN("x", "\t\treturn\n")),
		TABLE(CHAIN("input", HOOK "\t\tjump y\n") CHAIN("x", "\t\treturn\n")
				CHAIN("y", "\t\taccept\n")),
		"flush chain inet bulkhead input\n"
		"table inet bulkhead {\nchain y {\n}\n}\n"
		"table inet bulkhead {\nchain input {\njump y\n}\nchain y {\naccept\n}\n}\n"},
	{TABLE(CHAIN("input", HOOK "\t\tjump y\n") CHAIN("y", "\t\taccept\n")
			 SET("a", ELEMENTS("10.0.0.1"))),
		TABLE(CHAIN("input", HOOK "\t\taccept\n")),
		"flush chain inet bulkhead input\n"
		"flush chain inet bulkhead y\n"
		"delete chain inet bulkhead y\n"
		"delete set inet bulkhead a\n"
		"table inet bulkhead {\nchain input {\naccept\n}\n}\n"},
	/* A limit that is another is made anew, and who speaks of it with it: of no other. */
	{TABLE(LIMIT("2") CHAIN("came7", "\t\tlimit name \"bucket7\" drop\n")
			 CHAIN("came77", "\t\tlimit name \"bucket77\" drop\n")),
		TABLE(LIMIT("3") CHAIN("came7", "\t\tlimit name \"bucket7\" drop\n")
				CHAIN("came77", "\t\tlimit name \"bucket77\" drop\n")),
		"flush chain inet bulkhead came7\n"
		"delete limit inet bulkhead bucket7\n"
		"table inet bulkhead {\nlimit bucket7 {\nrate over 3 bytes/second\n}\n}\n"
		"table inet bulkhead {\nchain came7 {\nlimit name \"bucket7\" drop\n}\n}\n"},
	{TABLE(""), "table inet other {\n}\n", NULL},
	{TABLE(""), TABLE("\tchain x {\n"), NULL},
	{TABLE(""), "chain x {\n}\n", NULL},
	{TABLE(SET("a", "\t\telements = {\n\t\t\t10.0.0.1\n")), TABLE(""), NULL},
};

static void a_difference_says_what_differs(void **state)
{
	scoped(arena) struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *difference =
			enforce_nft_difference(rows[i].before, rows[i].after, arena);

		if (!text_equal(difference, rows[i].difference))
			fail_msg("row %zu: %s", i, difference ? difference : "(none)");
	}
}

/* The last edge of the plan: an element, of each family, in the tables of both ends and the
 * router's. */
static void an_edge_is_an_element_of_each_table(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan less = network_plan;

	(void)state;
	less.edge_count -= 2;
	scoped(memory) char *before = enforce_network_rules_router(&less);
	scoped(memory) char *after = enforce_network_rules_router(&network_plan);
	const char *there = enforce_nft_difference(before, after, arena);
	const char *back = enforce_nft_difference(after, before, arena);
	assert_non_null(there);
	assert_non_null(back);
	assert_non_null(strstr(there, "add element inet bulkhead edges4 {\n198.18.4.2 . "));
	assert_non_null(strstr(back, "delete element inet bulkhead edges4 {\n198.18.4.2 . "));
	assert_null(strstr(there, "chain"));
	assert_null(strstr(there, "delete"));
	assert_null(strstr(back, "add"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_difference_says_what_differs),
		cmocka_unit_test(an_edge_is_an_element_of_each_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
