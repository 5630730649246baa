/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Roles, `without`, overlays and included files. */

#include "judged.h"
#include "scratch.h"

#define STACK "bulkhead: 1\nstack: shop\nservices:\n"
#define COUNT(files) (sizeof(files) / sizeof((files)[0]))

static struct policy_input file(const char *name, const char *text)
{
	return (struct policy_input){name, text, strlen(text)};
}

/* A role, another that builds on it, and a service of that. */
static const struct policy_service *merged(const char *service)
{
	const struct policy_input files[] = {
		file("shop.yaml", service),
		file("roles/base.yaml",
			"bulkhead: 1\ntmp: 1MB\nuser: base\nfiles:\n  read: [/etc/a, /etc/b]\n"
			"environment: {A: base, B: base}\ncapabilities: [CAP_CHOWN]\n"
			"limits: {processes: 5, files: 50}\nsyscalls: {allow: [getpid, "
			"getppid]}\n"),
		file("roles/top.yaml",
			"bulkhead: 1\nrole: base\nfiles: {read: [/etc/c], write: [/srv/x]}\n"
			"environment: {B: top}\nlimits: {files: 60}\n"
			"without: {syscalls: {allow: [getppid]}}\n"),
	};
	const struct policy *policy = judge_files(files, COUNT(files), false);

	return policy_service(policy, "web");
}

static const char *value(const struct policy_service *web, const char *name)
{
	for (size_t i = 0; i < web->environment_count; i++)
		if (strcmp(web->environment[i].name, name) == 0)
			return web->environment[i].value;
	return NULL;
}

static bool has_path(const struct policy_service *web, enum policy_access access, const char *path)
{
	for (size_t i = 0; i < web->file_count; i++)
		if (web->files[i].access == access && strcmp(web->files[i].path, path) == 0)
			return true;
	return false;
}

static void lists_add_up_maps_merge_and_single_values_override(void **state)
{
	(void)state;
	const struct policy_service *web =
		merged(STACK "  web:\n    role: top\n    command: web\n    tmp: 9MB\n"
			     "    files: {read: [/etc/d]}\n    environment: {C: own, A: own}\n");

	says_errors(0);
	assert_int_equal(web->file_count, 5);
	assert_true(has_path(web, POLICY_READ, "/etc/a"));
	assert_true(has_path(web, POLICY_READ, "/etc/c"));
	assert_true(has_path(web, POLICY_READ, "/etc/d"));
	assert_true(has_path(web, POLICY_WRITE, "/srv/x"));
	assert_int_equal(web->environment_count, 3);
	assert_string_equal(value(web, "A"), "own");
	assert_string_equal(value(web, "B"), "top");
	assert_string_equal(value(web, "C"), "own");
	assert_int_equal(web->tmp.value, 9 << 20);
	assert_int_equal(web->limits.processes.value, 5);
	assert_int_equal(web->limits.files.value, 60);
	assert_string_equal(web->user.text, "base");
	assert_int_equal(web->allow.count, 1);
}

static void every_item_keeps_the_line_that_gave_it(void **state)
{
	(void)state;
	const struct policy_service *web = merged(
		STACK "  web:\n    role: top\n    command: web\n    files: {read: [/etc/d]}\n");

	for (size_t i = 0; i < web->file_count; i++) {
		const struct policy_path *path = &web->files[i];
		if (strcmp(path->path, "/etc/b") == 0) {
			assert_string_equal(path->where.file, "roles/base.yaml");
			assert_int_equal(path->where.line, 5);
			assert_int_equal(path->where.column, 18);
		}
		if (strcmp(path->path, "/srv/x") == 0)
			assert_string_equal(path->where.file, "roles/top.yaml");
		if (strcmp(path->path, "/etc/d") == 0)
			assert_string_equal(path->where.file, "shop.yaml");
	}
	assert_string_equal(web->limits.processes.where.file, "roles/base.yaml");
	assert_string_equal(web->user.where.file, "roles/base.yaml");
}

static void without_takes_from_the_role_alone(void **state)
{
	(void)state;
	const struct policy_service *web =
		merged(STACK "  web:\n    role: top\n    command: web\n    without:\n"
			     "      files: {read: [/etc/b]}\n      environment: [B]\n"
			     "      capabilities: [CAP_CHOWN]\n");

	says_errors(0);
	assert_false(has_path(web, POLICY_READ, "/etc/b"));
	assert_true(has_path(web, POLICY_READ, "/etc/a"));
	assert_null(value(web, "B"));
	assert_int_equal(web->capabilities.count, 0);
	static const struct refused cases[] = {
		{"files: {write: [/etc/a]}", "7:31: error: role 'top' gives no path '/etc/a'",
			"takes from the role"},
		{"environment: [NO]", "role 'top' gives no variable 'NO'", NULL},
		{"user: base", "7:15: error: 'user' cannot be taken away", "single value"},
		{"limits: {files: 9}", "'limits' cannot be taken away", NULL},
		{"no: x", "'without' has no key 'no'", NULL},
		{"without: {}", "'without' inside 'without'", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[256];
		snprintf(text, sizeof(text),
			STACK "  web:\n    role: top\n    command: web\n    without: {%s}\n",
			cases[i].text);
		merged(text);
		says_errors(1);
		says(cases[i].error);
		if (cases[i].hint)
			says(cases[i].hint);
	}
}

static void what_is_given_twice_in_one_file_names_both_lines(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{WEB "    files: {read: [/a, /b, /a/]}\n", "7:28: error: path '/a' is given twice",
			"7:20: first given here"},
		{WEB "    listens: [80, 80]\n", "7:19: error: port 80 is given twice",
			"7:15: first given here"},
		{WEB "    listens: [{unix: /run/w/s}, {unix: /run/w/s}]\n",
			"error: socket '/run/w/s' is given twice", NULL},
		{WEB "    groups: [a, b, a]\n", "7:20: error: group 'a' is given twice", NULL},
		{WEB "    programs: [/bin/sh, /bin/sh]\n", "program '/bin/sh' is given twice",
			NULL},
		{WEB "    capabilities: [CAP_CHOWN, CAP_CHOWN]\n", "capability 'CAP_CHOWN' is",
			NULL},
		{WEB "    syscalls: {allow: [getpid, getpid]}\n", "system call 'getpid' is", NULL},
	};

	EACH_IS_REFUSED(cases);
	/* The same path with another access is another item. */
	assert_int_equal(judge_service(WEB "    files: {read: [/a], load: [/a]}\n")->file_count, 2);
}

static void a_role_may_say_if_present_memory_and_alone(void **state)
{
	(void)state;
	const struct policy_input files[] = {
		file("shop.yaml", STACK "  web: {role: own, command: web}\n"),
		file("roles/own.yaml", "bulkhead: 1\nlistens: [{port: 80, alone: true}]\nfiles:\n"
				       "  read: [{path: /a, if-present: true}]\n  write: [{path: "
				       "/m, memory: 1MB}]\n"
				       "programs: [{path: /bin/sh, if-present: true}]\n"),
	};
	const struct policy_service *web = judge_files(files, 2, false)->services;

	says_errors(0);
	assert_true(web->files[0].if_present);
	assert_int_equal(web->files[1].memory, 1 << 20);
	assert_true(web->programs[0].if_present);
	/* A policy says itself where its services listen. */
	assert_int_equal(web->listen_count, 0);
}

static void roles_that_cannot_be_read_are_said_once_with_a_near_name(void **state)
{
	(void)state;
	static const char *const roles[][2] = {
		{"bulkhead: 1\nrole: own\n", "role 'own' builds on itself"},
		{"role: bare\n", "roles/own.yaml:1:1: error: the file does not say which version"},
		{"bulkhead: 1\nfiles: {read: [\"${a}\"]}\n", "a role has no variables"},
		{"bulkhead: 1\nenvironment-file: /x\n", "belongs into the policy, not into a role"},
		{"bulkhead: 1\nwithout: {groups: [a]}\n", "takes from a role, and this one builds"},
		{"bulkhead: 1\nstack: x\n", "roles/own.yaml:2:1: error: a role has no key 'stack'"},
		{"bulkhead: 1\nusr: x\n", "roles/own.yaml:2:1: error: a role has no key 'usr'"},
	};

	for (size_t i = 0; i < COUNT(roles); i++) {
		const struct policy_input files[] = {
			file("shop.yaml", "bulkhead: 1\nstack: shop\nvars: {a: /a}\nservices:\n"
					  "  web: {role: own, command: web}\n"
					  "  two: {role: own, command: two}\n"),
			file("roles/own.yaml", roles[i][0]),
		};
		judge_files(files, 2, false);
		says(roles[i][1]);
		assert_ptr_equal(
			strstr(judged.text, roles[i][1]), strstr(judged.text, roles[i][1]));
	}
	static const struct refused cases[] = {
		{STACK "  web: {role: none, command: web}\n", "4:15: error: unknown role 'none'",
			NULL},
		{STACK "  web: {role: /none.yaml, command: web}\n", "there is no role file", NULL},
		{STACK "  web: {role: ../x, command: web}\n", "neither the name of a role nor",
			"role:"},
		{STACK "  web: {command: web}\n", "4:3: error: service 'web' has no role",
			"role: node"},
		{STACK "  web: {role: bare}\n", "4:3: error: service 'web' has no command",
			"command:"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		each_is_refused(&cases[i], 1);
		says_errors(1);
	}
}

static void a_role_alone_is_a_policy(void **state)
{
	(void)state;
	char *command[] = {"/usr/bin/web", "-x", NULL};
	const char *folders[] = {scratch};
	const char *path = scratch_text("cache.yaml",
		"bulkhead: 1\nlistens: [{port: 6379, alone: true}]\nuser: cache\n", 0644);

	judged_begin(true);
	judged.options.roles = folders;
	const struct policy *policy =
		policy_from_role("cache", command, &judged.options, judged.arena, judged.report);
	judged_end();
	says_errors(0);
	assert_string_equal(policy->stack, "cache");
	assert_int_equal(policy->services[0].command.count, 2);
	assert_int_equal(policy->services[0].listens[0].first, 6379);
	assert_string_equal(policy->services[0].where.file, path);
}

/* Two files as `-f one -f two`. */
static const struct policy *overlaid(const char *base, const char *over)
{
	static char first[128], second[128];
	const char *files[] = {first, second};
	static const char *folders[] = {scratch};

	strcpy(first, scratch_text("base.yaml", base, 0644));
	strcpy(second, scratch_text("prod.yaml", over, 0644));
	scratch_text("bare.yaml", "bulkhead: 1\n", 0644);
	judged_begin(false);
	judged.options.roles = folders;
	const struct policy *policy =
		policy_load(files, 2, &judged.options, judged.arena, judged.report);
	judged_end();
	return policy;
}

static void a_later_file_adds_and_overrides(void **state)
{
	(void)state;
	const struct policy *policy = overlaid(WEB
		"    files: {read: [/a]}\n    environment: {A: base, B: base}\n    tmp: 1MB\n"
		"vars: {v: base}\n",
		"bulkhead: 1\nvars: {v: prod}\nservices:\n  web:\n    command: [web, \"${v}\"]\n"
		"    files: {read: [/b]}\n    environment: {B: prod}\n    tmp: 2MB\n"
		"  two: {role: bare, command: two}\n");

	says_errors(0);
	const struct policy_service *web = policy_service(policy, "web");
	assert_int_equal(policy->service_count, 2);
	assert_int_equal(web->command.count, 2);
	assert_string_equal(web->command.items[1].text, "prod");
	assert_int_equal(web->file_count, 2);
	assert_string_equal(value(web, "A"), "base");
	assert_string_equal(value(web, "B"), "prod");
	assert_int_equal(web->tmp.value, 2 << 20);
	assert_string_equal(strrchr(web->tmp.where.file, '/'), "/prod.yaml");
	/* An item of both files is one item: the later counts. */
	policy = overlaid(WEB "    files: {write: [/a]}\n",
		"bulkhead: 1\nservices: {web: {files: {write: [{path: /a, create: 0700}]}}}\n");
	says_errors(0);
	assert_int_equal(policy->services[0].file_count, 1);
	assert_true(policy->services[0].files[0].create);
	/* Each file says which language it is in. */
	overlaid(WEB, "services: {web: {tmp: 2MB}}\n");
	says("prod.yaml:1:1: error: the file does not say which version");
	/* With one of them unread nothing is said about the rest. */
	overlaid("bulkhead: 1\nstack: shop\n", "bulkhead: [\n");
	says_nothing_of("has no services");
}

static void included_files_lie_beneath_the_one_that_includes_them(void **state)
{
	(void)state;
	const struct policy_input files[] = {
		file("etc/shop.yaml", "bulkhead: 1\ninclude: [parts/db.yaml, all.yaml]\nservices:\n"
				      "  db: {tmp: 2MB}\n"),
		file("etc/parts/db.yaml", "bulkhead: 1\nservices:\n"
					  "  db: {role: bare, command: db, tmp: 1MB}\n"),
		file("etc/all.yaml", "bulkhead: 1\nstack: shop\n"),
	};
	const struct policy *policy = judge_files(files, 3, false);

	says_errors(0);
	assert_string_equal(policy->stack, "shop");
	assert_int_equal(policy->services[0].tmp.value, 2 << 20);
	assert_string_equal(policy->services[0].role.where.file, "etc/parts/db.yaml");
	judge("bulkhead: 1\ninclude: [shop.yaml]\n");
	says("files include each other more than 16 deep");
	judge("bulkhead: 1\ninclude: [none.yaml]\n");
	says("shop.yaml:2:11: error: cannot read none.yaml");
	judge("bulkhead: 1\ninclude: none.yaml\n");
	says("'include' must be a list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_add_up_maps_merge_and_single_values_override),
		cmocka_unit_test(every_item_keeps_the_line_that_gave_it),
		cmocka_unit_test(without_takes_from_the_role_alone),
		cmocka_unit_test(what_is_given_twice_in_one_file_names_both_lines),
		cmocka_unit_test(a_role_may_say_if_present_memory_and_alone),
		cmocka_unit_test(roles_that_cannot_be_read_are_said_once_with_a_near_name),
		cmocka_unit_test(a_role_alone_is_a_policy),
		cmocka_unit_test(a_later_file_adds_and_overrides),
		cmocka_unit_test(included_files_lie_beneath_the_one_that_includes_them),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
