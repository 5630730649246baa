/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Text to typed values. */

#include "judged.h"
#include "policy/value.h"

#define SERVICE WEB "    "

static void sizes_modes_and_times_have_one_form(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t size, duration, mode; /* -1: refused */
	} cases[] = {
		{"0", 0, -1, -1},
		{"1", 1, -1, -1},
		{"512", 512, -1, 0512},
		{"64MB", 64 << 20, -1, -1},
		{"1B", 1, -1, -1},
		{"3KB", 3072, -1, -1},
		{"2GB", INT64_C(2) << 30, -1, -1},
		{"1TB", INT64_C(1) << 40, -1, -1},
		{"8388607TB", INT64_C(8388607) << 40, -1, -1},
		{"8388608TB", -1, -1, -1},
		{"18446744073709551616", -1, -1, -1},
		{"64mb", -1, -1, -1},
		{"64M", -1, -1, -1},
		{"64 MB", -1, -1, -1},
		{"1.5GB", -1, -1, -1},
		{"0x10", -1, -1, -1},
		{"1_000", -1, -1, -1},
		{"1:30", -1, -1, -1},
		{"010", -1, -1, 010},
		{"-1", -1, -1, -1},
		{"+1", -1, -1, -1},
		{"1e3", -1, -1, -1},
		{"", -1, -1, -1},
		{"MB", -1, -1, -1},
		{"90s", -1, 90, -1},
		{"5m", -1, 300, -1},
		{"1h", -1, 3600, -1},
		{"7d", -1, 604800, -1},
		{"366d", -1, 366 * 86400, -1},
		{"367d", -1, -1, -1},
		{"0s", -1, -1, -1},
		{"1w", -1, -1, -1},
		{"0750", -1, -1, 0750},
		{"750", 750, -1, 0750},
		{"0000", -1, -1, 0},
		{"0o750", -1, -1, -1},
		{"0888", -1, -1, -1},
		{"1777", 1777, -1, -1},
		{"4755", 4755, -1, -1},
		{"02755", -1, -1, -1},
		{"77", 77, -1, -1},
		{"rwx", -1, -1, -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t size = 0, duration = 0;
		uint32_t mode = 0;
		const char *text = cases[i].text;
		int64_t read = policy_value_size(text, &size) ? (int64_t)size : -1;

		if (read != cases[i].size)
			fail_msg("size '%s' is %lld", text, (long long)read);
		read = policy_value_duration(text, &duration) ? (int64_t)duration : -1;
		if (read != cases[i].duration)
			fail_msg("duration '%s' is %lld", text, (long long)read);
		read = policy_value_mode(text, &mode) ? (int64_t)mode : -1;
		if (read != cases[i].mode)
			fail_msg("mode '%s' is %lld", text, (long long)read);
	}
}

static void a_mode_is_octal_and_a_boolean_is_true_or_false(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		SERVICE "files: {write: [{path: /a, create: 0750}, {path: /b, create: 750},\n"
			"      {path: /c, create: \"0640\"}]}\n"
			"    card-data: true\n");

	assert_int_equal(web->files[0].mode, 0750);
	assert_int_equal(web->files[1].mode, 0750);
	assert_int_equal(web->files[2].mode, 0640);
	assert_true(web->card_data);
	assert_false(judge_service(SERVICE "card-data: \"false\"\n")->card_data);
	static const char *const no[] = {"yes", "no", "on", "off", "True", "TRUE", "1", "0", "y"};
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		char text[256];
		snprintf(text, sizeof(text), SERVICE "card-data: %s\n", no[i]);
		judge(text);
		says("is not true or false");
		says("hint: write true or false");
	}
}

static void numbers_of_limits_are_kept_in_their_units(void **state)
{
	(void)state;
	const struct policy_limits *limits =
		&judge_service(SERVICE "limits: {memory: 2GB, processes: 200, cpu: 1.25,\n"
				       "      files: 1024, io: 50MB/s}\n")
			 ->limits;

	assert_true(limits->memory.value == UINT64_C(2) << 30);
	assert_int_equal(limits->processes.value, 200);
	assert_int_equal(limits->cpu.value, 1250);
	assert_int_equal(limits->files.value, 1024);
	assert_int_equal(limits->io.value, 50 << 20);
	assert_int_equal(limits->io.where.line, 8);
	assert_int_equal(judge_service(SERVICE "limits: {cpu: 0.5}\n")->limits.cpu.value, 500);
	static const struct refused cases[] = {
		{SERVICE "limits: {cpu: 1:30}\n", "7:19: error: '1:30' is not a number of CPUs",
			"0.5"},
		{SERVICE "limits: {cpu: 0}\n", "'0' is not a number of CPUs", NULL},
		{SERVICE "limits: {cpu: 1.}\n", "'1.' is not a number of CPUs", NULL},
		{SERVICE "limits: {cpu: 1.2345}\n", "'1.2345' is not a number of CPUs", NULL},
		{SERVICE "limits: {processes: 0}\n", "from 1 to 4194304", NULL},
		{SERVICE "limits: {files: 010}\n", "'010' is not a number for 'files'", NULL},
		{SERVICE "limits: {io: 5MB}\n", "'5MB' is not a rate of bytes", "50MB/s"},
		{SERVICE "limits: {memory: 0}\n", "'0' is not a size", "64MB"},
		{SERVICE "limits: 5\n", "'limits' must be a map of keys and values", NULL},
		{SERVICE "tmp: lots\n", "7:10: error: 'lots' is not a size", NULL},
	};
	EACH_IS_REFUSED(cases);
}

static void paths_are_absolute_and_shortened(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		SERVICE "files: {read: [/srv//a/./b/, /srv/.hidden, /srv/..data, /srv/a..b]}\n");

	assert_string_equal(web->files[0].path, "/srv/a/b");
	assert_string_equal(web->files[1].path, "/srv/.hidden");
	assert_string_equal(web->files[2].path, "/srv/..data");
	assert_string_equal(web->files[3].path, "/srv/a..b");
	static const struct refused cases[] = {
		{SERVICE "workdir: srv\n", "'srv' is not an absolute path", "begin it with /"},
		{SERVICE "workdir: ~/x\n", "'~/x' is not an absolute path", "no home"},
		{SERVICE "workdir: /a/../b\n", "must not go up by '..'", NULL},
		{SERVICE "workdir: /a/..\n", "must not go up by '..'", NULL},
		{SERVICE "workdir: /a/*.js\n", "must not hold '*'", "no patterns"},
		{SERVICE "workdir: \"/a[0]\"\n", "must not hold '['", NULL},
		{SERVICE "workdir: \"/a\\tb\"\n", "must not hold control characters", NULL},
		{SERVICE "workdir: [/a]\n", "'workdir' must be a single value, not a list", NULL},
		{SERVICE "workdir:\n", "'workdir' has no value", NULL},
		{SERVICE "files: {read: [/]}\n", "'/' is everything", NULL},
		{SERVICE "files: {read: [/proc/x]}\n", "'/proc/x' is made for each service",
			"/proc"},
		{SERVICE "files: {write: [/tmp]}\n", "'/tmp' is made for each service anew", NULL},
		{SERVICE "files: {read: [/dev]}\n", "'/dev' is made for each service anew", NULL},
		{SERVICE "files: {read: [/run/secrets/x]}\n", "is made for each service", NULL},
		{SERVICE "files: {read: [{create: 0700}]}\n", "a path item needs 'path'", NULL},
		{SERVICE "files: {read: [{path: /a, create: 0700}]}\n",
			"'create' belongs to what a service writes", "put it under write"},
		{SERVICE "files: {read: [{path: /a, if-present: true}]}\n",
			"'if-present' may stand only in a role", "a policy knows its machine"},
		{SERVICE "files: {write: [{path: /a, memory: 1MB}]}\n",
			"'memory' may stand only in a role", NULL},
		{SERVICE "files: [/a]\n", "'files' must be a map of keys and values", NULL},
		{SERVICE "files: {execute: [/a]}\n", "'files' has no key 'execute'", NULL},
		{SERVICE "files: {read: /a}\n", "'read' must be a list", "write [/a]"},
	};
	EACH_IS_REFUSED(cases);
}

static void accounts_are_names_and_never_root(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		SERVICE "user: shop:www-data\n    groups: [staff]\n    users: [shop.x]\n");

	assert_string_equal(web->user.text, "shop");
	assert_string_equal(web->group.text, "www-data");
	assert_string_equal(web->groups.items[0].text, "staff");
	assert_string_equal(web->users.items[0].text, "shop.x");
	static const struct refused cases[] = {
		{SERVICE "user: root\n", "7:11: error: a service must not run as root",
			"leave 'user'"},
		{SERVICE "user: shop:root\n", "7:16: error: a service must not be root", NULL},
		{SERVICE "user: \"shop:root\"\n", "7:17: error: a service must not be root", NULL},
		{SERVICE "groups: [root]\n", "7:14: error: a service must not be root", NULL},
		{SERVICE "users: [root]\n", "7:13: error: a service must not be root", NULL},
		{SERVICE "user: 1000\n", "'1000' is not a name", "not its number"},
		{SERVICE "user: \"shop:\"\n", "'' is not a name", NULL},
		{SERVICE "user: a/b\n", "'a/b' is not a name", NULL},
		{SERVICE "groups: [-x]\n", "'-x' is not a name", NULL},
		{SERVICE "groups: staff\n", "'groups' must be a list", "write [staff]"},
	};
	EACH_IS_REFUSED(cases);
}

static void a_command_is_a_list_or_words_without_a_shell(void **state)
{
	(void)state;
#define COMMAND "bulkhead: 1\nstack: shop\nservices:\n  web:\n    role: bare\n    command: "
	const struct policy_service *web =
		judge_service(COMMAND "nginx  -c /etc/x  listen_addresses=*\n");

	assert_int_equal(web->command.count, 4);
	assert_string_equal(web->command.items[3].text, "listen_addresses=*");
	web = judge_service(COMMAND "[nginx, -g, daemon off;, \"\", '$HOME | \"x\"']\n");
	assert_int_equal(web->command.count, 5);
	assert_string_equal(web->command.items[2].text, "daemon off;");
	assert_string_equal(web->command.items[3].text, "");
	static const struct refused cases[] = {
		{COMMAND "node 'a b'\n", "6:14: error: 'command' is split at spaces",
			"write a list"},
		{COMMAND "node a | tee b\n", "'command' is split at spaces", NULL},
		{COMMAND "node $HOME/x\n", "'command' is split at spaces", NULL},
		{COMMAND "[]\n", "'command' is empty", NULL},
		{COMMAND "\" \"\n", "'command' is empty", NULL},
		{COMMAND "\n", "'command' has no value", NULL},
		{COMMAND "{a: b}\n", "'command' must be a list or a string", NULL},
		{COMMAND "[[a]]\n", "an item must be a single value, not a list", NULL},
		{COMMAND "../web\n", "'../web' is not a program", "absolute path"},
		{COMMAND "bin/web\n", "'bin/web' is not a program", "absolute path"},
		{COMMAND "[\"\", x]\n", "'' is not a program", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		each_is_refused(&cases[i], 1);
		says_errors(1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_modes_and_times_have_one_form),
		cmocka_unit_test(a_mode_is_octal_and_a_boolean_is_true_or_false),
		cmocka_unit_test(numbers_of_limits_are_kept_in_their_units),
		cmocka_unit_test(paths_are_absolute_and_shortened),
		cmocka_unit_test(accounts_are_names_and_never_root),
		cmocka_unit_test(a_command_is_a_list_or_words_without_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
