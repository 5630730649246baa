/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Variables, secrets, and the environment from three places. */

#include "judged.h"

static struct policy_input file(const char *name, const char *text)
{
	return (struct policy_input){name, text, strlen(text)};
}

static const char *value(const struct policy_service *web, const char *name)
{
	for (size_t i = 0; i < web->environment_count; i++)
		if (strcmp(web->environment[i].name, name) == 0)
			return web->environment[i].value;
	return NULL;
}

static void variables_stand_in_values(void **state)
{
	(void)state;
	const struct policy_service *web =
		judge_service("bulkhead: 1\nstack: shop\nvars: {app: /srv/app, port: 80, deep: "
			      "\"${app}/x\", e: \"\"}\n"
			      "services:\n  web:\n    role: bare\n    command: node ${app}/x.js\n"
			      "    workdir: ${deep}\n    listens: [\"${port}\"]\n"
			      "    environment: {A: \"$${app}\", B: \"a$b\", C: "
			      "\"${app}${e}${app}\", D: \"100$\"}\n");

	assert_string_equal(web->command.items[1].text, "/srv/app/x.js");
	assert_string_equal(web->workdir.text, "/srv/app/x");
	assert_int_equal(web->listens[0].first, 80);
	assert_string_equal(value(web, "A"), "${app}");
	assert_string_equal(value(web, "B"), "a$b");
	assert_string_equal(value(web, "C"), "/srv/app/srv/app");
	assert_string_equal(value(web, "D"), "100$");
	static const struct refused cases[] = {
		{WEB "    workdir: /x/${ap}\nvars: {app: x}\n",
			"7:17: error: unknown variable '${ap}'", "did you mean 'app'"},
		{WEB "    workdir: \"/x/${ap}\"\n", "7:18: error: unknown variable", "vars: {ap: "},
		{WEB "    workdir: /x/${ap\n", "7:17: error: '${' has no closing brace", "$${"},
		{WEB "    workdir: /x/${}\n", "unknown variable '${}'", NULL},
		{WEB "    workdir: /${secret:A}\n",
			"7:15: error: '${secret:A}' may stand only in a", "never part of a path"},
		{WEB "    environment: {A: \"$${secret:B}\"}\n", "a literal ${secret: cannot",
			NULL},
		{WEB "vars: {1a: x}\n", "7:8: error: '1a' is not a name for a variable", NULL},
		{WEB "vars: {a: [x]}\n", "'a' must be a single value", NULL},
		{WEB "vars: [a]\n", "'vars' must be a map of names and values", NULL},
		{WEB "vars: {b: \"${a}\", a: x}\n", "unknown variable '${a}'", NULL},
	};
	EACH_IS_REFUSED(cases);
}

static void variables_cannot_make_a_text_grow_without_bound(void **state)
{
	char text[8192] = "bulkhead: 1\nstack: shop\nvars:\n  v0: xxxxxxxxxxxxxxxx\n";

	(void)state;
	for (int i = 1; i < 60; i++)
		sprintf(text + strlen(text), "  v%d: ${v%d}${v%d}\n", i, i - 1, i - 1);
	strcat(text, "services: {web: {role: bare, command: web}}\n");
	judge(text);
	says("the value is too long once variables are put in");
	says_errors(1);
}

static void secrets_stand_in_the_environment_of_their_owner(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(WEB
		"    secrets: {A: /etc/a, B: {from: /etc/b, as: env}, C: {from: /c, as: file}}\n"
		"    environment: {URL: \"x:${secret:B}@y\"}\n");

	assert_false(web->secrets[0].as_environment);
	assert_true(web->secrets[1].as_environment);
	assert_false(web->secrets[2].as_environment);
	assert_string_equal(value(web, "URL"), "x:${secret:B}@y");
	static const struct refused cases[] = {
		{WEB "    environment: {A: \"${secret:B}\"}\n", "'web' has no secret 'B'",
			"secrets: {B: {from: PATH, as: env}}"},
		{WEB "    secrets: {B: /b}\n    environment: {A: \"${secret:B}\"}\n",
			"secret 'B' is a file", "write {from: /b, as: env}"},
		{WEB "    secrets: {B: {as: env}}\n", "secret 'B' comes from nowhere", "{from: "},
		{WEB "    secrets: {B: {from: /b, as: envv}}\n", "is nothing that 'as' can be",
			"did you mean 'env'"},
		{WEB "    secrets: {b-c: /b}\n", "'b-c' is not a name for a secret", NULL},
		{WEB "    secrets: [B]\n", "'secrets' must be a map", "{DB_PASSWORD: "},
		{WEB "    environment: [A=b]\n", "'environment' must be a map", "NAME: value"},
		{WEB "    environment: {A: }\n", "7:19: error: 'A' has no value", "or \"\""},
		{WEB "    environment: {1A: x}\n", "'1A' is not a name for a variable of the",
			NULL},
		{WEB "    environment: {A: [x]}\n", "'A' must be a single value", NULL},
	};
	EACH_IS_REFUSED(cases);
	/* Another service's secret is nobody else's. */
	judge(WEB "    environment: {A: \"${secret:B}\"}\n"
		  "  two: {role: bare, command: x, secrets: {B: {from: /b, as: env}}}\n");
	says("'web' has no secret 'B'");
}

static const struct policy *with_lines(const char *lines)
{
	const struct policy_input files[] = {
		file("shop.yaml", "bulkhead: 1\nstack: shop\nservices:\n  web:\n    role: own\n    "
				  "command: web\n"
				  "    environment-file: /etc/web.env\n"
				  "    environment: {OWN: policy, B: policy}\n"),
		file("roles/own.yaml", "bulkhead: 1\nenvironment: {A: role, C: role}\n"),
		file("/etc/web.env", lines),
	};

	return judge_files(files, 3, false);
}

static void an_environment_file_stands_between_role_and_policy(void **state)
{
	(void)state;
	const struct policy_service *web =
		with_lines("# comment\n\nA=file\nB=file\nURL=a=b c # d\r\nEMPTY=\n")->services;

	says_errors(0);
	assert_string_equal(value(web, "A"), "file");
	assert_string_equal(value(web, "B"), "policy");
	assert_string_equal(value(web, "C"), "role");
	assert_string_equal(value(web, "OWN"), "policy");
	assert_string_equal(value(web, "URL"), "a=b c # d");
	assert_string_equal(value(web, "EMPTY"), "");
	for (size_t i = 0; i < web->environment_count; i++)
		if (strcmp(web->environment[i].name, "A") == 0) {
			assert_string_equal(web->environment[i].where.file, "/etc/web.env");
			assert_int_equal(web->environment[i].where.line, 3);
		}
	static const char *const bad[][2] = {
		{"export A=b\n", "/etc/web.env:1:1: error: 'export A' is not a name"},
		{"A=b\nnothing\n", "/etc/web.env:2:1: error: the line is not NAME=value"},
		{"A=\"b\"\n", "/etc/web.env:1:3: error: quotes are not taken off"},
		{"A=${secret:B}\n", "a secret may stand only in 'environment'"},
		{"A=b\nA=c\n", "/etc/web.env:2:1: error: variable 'A' is given twice"},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		with_lines(bad[i][0]);
		says(bad[i][1]);
	}
	judge(WEB "    environment-file: /none\n");
	says("7:23: error: there is no file '/none'");
	judge(WEB "    environment-file: none\n");
	says("'none' is not an absolute path");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_stand_in_values),
		cmocka_unit_test(variables_cannot_make_a_text_grow_without_bound),
		cmocka_unit_test(secrets_stand_in_the_environment_of_their_owner),
		cmocka_unit_test(an_environment_file_stands_between_role_and_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
