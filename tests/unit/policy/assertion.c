/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The three forms of assertion, over declared edges. */

#include "judged.h"

#define GRAPH                                                                                      \
	"bulkhead: 1\nstack: shop\nservices:\n"                                                    \
	"  web: {role: bare, command: w, listens: [80], connects: [api:3000, "                     \
	"\"api:unix:/run/api/s\"]}\n"                                                              \
	"  api: {role: bare, command: a, listens: [3000, {unix: /run/api/s}], connects: "          \
	"[db:5432]}\n"                                                                             \
	"  pay: {role: bare, command: p, connects: [db:5432, {to: \"api.stripe.com:443\", why: "   \
	"x},\n"                                                                                    \
	"    {to: \"*.example.com:443\", why: x}, {to: 10.1.0.0/16:25, why: x}]}\n"                \
	"  mail: {role: bare, command: m, connects: [{to: 192.0.2.0/24:25, why: x}]}\n"            \
	"  db: {role: bare, command: d, listens: [5432]}\nassert: [\""

static void assertions_are_judged_over_declared_edges(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool holds;
	} cases[] = {
		{"db never connects", true},
		{"web never connects", false},
		{"pay never connects", false},
		{"web never reaches db", true},
		{"web never reaches api", false},
		{"web never reaches api:3000", false},
		{"web never reaches api:3001", true},
		{"web never reaches api:3000/udp", true},
		{"web never reaches api:unix:/run/api/s", false},
		{"web never reaches api:unix:/run/api/t", true},
		{"web never reaches internet", true},
		{"pay never reaches internet", false},
		{"mail never reaches internet", false},
		{"pay never reaches api.stripe.com", false},
		{"pay never reaches API.Stripe.com:443", false},
		{"pay never reaches stripe.com", true},
		{"pay never reaches *.stripe.com", false},
		{"pay never reaches www.example.com", false},
		{"pay never reaches example.com", true},
		{"pay never reaches 10.1.2.3", false},
		{"pay never reaches 10.0.0.0/8", false},
		{"pay never reaches 10.2.0.0/16", true},
		{"pay never reaches 10.1.2.3:26", true},
		{"pay never reaches host", true},
		{"web never reach db", true},
		{"only pay reaches api.stripe.com", true},
		{"only web reaches api.stripe.com", false},
		{"only pay, mail reach internet", true},
		{"only pay reaches internet", false},
		{"only api, pay reach db:5432", true},
		{"only api reaches db", false},
		{"only db reaches web", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[2048];

		snprintf(text, sizeof(text), GRAPH "%s\"]\n", cases[i].text);
		const struct policy *policy = judge(text);
		assert_int_equal(policy->assertion_count, 1);
		if (policy->assertion_failed == cases[i].holds ||
			report_count(judged.report, REPORT_ERROR) != policy->assertion_failed)
			fail_msg("%s: %s", cases[i].text, judged.text);
		if (!cases[i].holds)
			says("by this edge");
	}
}

static void another_form_of_assertion_is_bad_policy(void **state)
{
	(void)state;
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"web connects never", "'web connects never' is not a form of assertion"},
		{"web always reaches db", "is not a form of assertion"},
		{"web never reaches", "is not a form of assertion"},
		{"web never reaches db api", "is not a form of assertion"},
		{"never reaches db", "is not a form of assertion"},
		{"only reaches db", "is not a form of assertion"},
		{"Web never connects", "unknown service 'Web'"},
		{"wbe never connects", "10:11: error: unknown service 'wbe'"},
		{"web never reaches dbb", "10:29: error: unknown service 'dbb'"},
		{"only wbe reaches db", "10:16: error: unknown service 'wbe'"},
		{"web never reaches 1.2.3",
			"10:29: error: '1.2.3' does not begin with a name or an"},
		{"", "an item has no value"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[2048];

		snprintf(text, sizeof(text), GRAPH "%s\"]\n", cases[i].text);
		const struct policy *policy = judge(text);
		says_errors(1);
		says(cases[i].error);
		assert_int_equal(policy->assertion_failed, 0);
	}
	judge(WEB "assert: web never connects\n");
	says("'assert' must be a list");
	says("hint: write it on a line of its own: - web never connects");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assertions_are_judged_over_declared_edges),
		cmocka_unit_test(another_form_of_assertion_is_bad_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
