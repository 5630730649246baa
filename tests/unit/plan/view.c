/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/report.h"
#include "base/text.h"
#include "sketch.h"

static void a_bare_service_sees_what_bulkhead_makes_and_nothing_else(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon}\n", false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	for (size_t i = 0; i < a->node_count; i++) {
		const struct plan_node *node = &a->nodes[i];

		if (node->kind == PLAN_BIND && !node->device)
			assert_true(text_path_within(node->target, "/usr"));
		if (node->kind == PLAN_BIND)
			assert_int_equal(node->read_only, !node->device);
	}
	assert_int_equal(sketch_node(a, "/tmp")->kind, PLAN_MEMORY);
	assert_int_equal(sketch_node(a, "/tmp")->size, 64 << 20);
	assert_true(sketch_node(a, "/dev/null")->device);
	assert_string_equal(sketch_node(a, "/bin")->content, "usr/bin");
	assert_int_equal(sketch_node(a, "/run/mem")->kind, PLAN_MEMORY);
	assert_int_equal(sketch_node(a, "/run/mem")->uid, a->identity.uid);
	assert_null(sketch_node(a, "/srv/maybe"));
	assert_null(sketch_node(a, "/srv"));
	sketch_free(&sketch);
}

/* Of /proc what is not named as open is closed; what it does not know as well. */
static void proc_is_open_in_parts(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon}\n", false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(sketch_node(a, "/proc")->kind, PLAN_PROC);
	assert_null(sketch_node(a, "/proc/cpuinfo"));
	assert_null(sketch_node(a, "/proc/self"));
	assert_int_equal(sketch_node(a, "/proc/kcore")->kind, PLAN_MASK);
	assert_int_equal(sketch_node(a, "/proc/sys")->kind, PLAN_MASK);
	sketch_free(&sketch);
}

static void each_kind_of_access_is_what_its_mount_allows(void **state)
{
	struct sketch sketch =
		sketch_plan("  a:\n    role: bare\n    command: daemon\n    user: web\n    files:\n"
			    "      read: [/srv/app, /srv/file]\n"
			    "      load: [/srv/modules]\n"
			    "      write: [/srv/app/sub, {path: /srv/new, create: 0750}]\n"
			    "      read-as-root: [/srv/key]\n",
			false);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	static const struct {
		const char *target;
		bool folder, read_only, executable, as_root, create;
	} nodes[] = {
		{"/srv/app", .folder = true, .read_only = true},
		{"/srv/file", .read_only = true},
		{"/srv/modules", .folder = true, .read_only = true, .executable = true},
		{"/srv/app/sub", .folder = true},
		{"/srv/new", .folder = true, .create = true},
		{"/srv/key", .read_only = true, .as_root = true},
	};

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		const struct plan_node *node = sketch_node(a, nodes[i].target);

		print_message("%s\n", nodes[i].target);
		assert_non_null(node);
		assert_int_equal(node->kind, PLAN_BIND);
		assert_string_equal(node->source, nodes[i].target);
		assert_int_equal(node->folder, nodes[i].folder);
		assert_int_equal(node->read_only, nodes[i].read_only);
		assert_int_equal(node->executable, nodes[i].executable);
		assert_int_equal(node->as_root, nodes[i].as_root);
		assert_int_equal(node->create, nodes[i].create);
	}
	assert_int_equal(sketch_node(a, "/srv/new")->mode, 0750);
	assert_int_equal(sketch_node(a, "/srv/new")->uid, 33);
	/* The modules' own libraries come with them. */
	assert_true(sketch_node(a, "/usr/lib/libm.so.6")->executable);
	/* Mounted in this order: what lies within comes later. */
	assert_true(sketch_node(a, "/srv/app") < sketch_node(a, "/srv/app/sub"));
	assert_true(sketch_node(a, "/srv") < sketch_node(a, "/srv/app"));
	sketch_free(&sketch);
}

static void a_link_is_there_by_both_names(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: daemon, files: {read: [/srv/link]}}\n", false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(sketch_node(a, "/srv/link")->kind, PLAN_LINK);
	assert_string_equal(sketch_node(a, "/srv/link")->content, "/srv/app");
	assert_int_equal(sketch_node(a, "/srv/app")->kind, PLAN_BIND);
	sketch_free(&sketch);
}

static void what_is_not_on_this_machine_is_an_error_or_a_note(void **state)
{
	static const char services[] =
		"  a: {role: bare, command: daemon, workdir: /srv/app,\n"
		"      files: {read: [/srv/gone, /srv/swapped, /etc, /sys/kernel]}}\n";

	(void)state;
	for (int judging = 0; judging < 2; judging++) {
		struct sketch sketch = sketch_plan(services, judging);
		int level = judging ? REPORT_NOTE : REPORT_ERROR;

		assert_true(sketch_says(&sketch, level, "/srv/gone does not exist"));
		assert_true(sketch_says(&sketch, level, "/srv/swapped: a link in a folder"));
		assert_true(sketch_says(
			&sketch, level, "workdir /srv/app is not a folder in the view"));
		/* These are wrong on any machine. */
		assert_true(sketch_says(&sketch, REPORT_ERROR, "/etc is made by bulkhead"));
		assert_true(sketch_says(&sketch, REPORT_ERROR, "/sys/kernel is made by bulkhead"));
		assert_false(sketch_says(&sketch, level, "/srv/maybe"));
		sketch_free(&sketch);
	}
}

static void a_path_that_its_mode_keeps_from_the_service_is_noted(void **state)
{
	static const struct {
		const char *given; /* of the service */
		const char *path;
		bool noted;
	} cases[] = {
		{"user: web", "/srv/mine", false},
		{"user: web", "/srv/shut", true}, /* the owner's bits are the owner's */
		{"tmp: 1MB", "/srv/mine", true},
		{"user: db", "/srv/mine", true},
		{"user: web, groups: [db]", "/srv/ours", false},
		{"user: db", "/srv/ours", false},
		{"user: web", "/srv/ours", true},
		{"user: web, users: [db]", "/srv/ours", false},
		{"user: web", "/srv/all", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char services[256];

		snprintf(services, sizeof(services),
			"  a: {role: bare, command: daemon, %s, files: {write: [%s]}}\n",
			cases[i].given, cases[i].path);
		struct sketch sketch = sketch_plan(services, false);

		assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
		if (sketch_says(&sketch, REPORT_NOTE, "cannot write") != cases[i].noted)
			fail_msg("%s, %s", cases[i].given, cases[i].path);
		sketch_free(&sketch);
	}
}

/* Folders that bulkhead makes hold what is planned; those of the host what is there. */
static void a_workdir_is_a_folder_that_the_service_will_see(void **state)
{
	static const struct {
		const char *workdir;
		bool good;
	} cases[] = {
		{"/", true},
		{"/tmp", true},
		{"/run/mem", true},
		{"/srv", true}, /* made, on the way to /srv/app */
		{"/srv/app", true},
		{"/srv/app/sub", true},
		{"/srv/link", true},
		{"/proc/self", true},
		{"/etc/nothing", false},
		{"/srv/modules", false}, /* the host's, not declared */
		{"/tmp/sub", false},
		{"/run/mem/sub", false},
		{"/srv/file", false},
		{"/srv/app/gone", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char services[256];

		snprintf(services, sizeof(services),
			"  a: {role: bare, command: daemon, workdir: %s,\n"
			"      files: {read: [/srv/app, /srv/link, /srv/file]}}\n",
			cases[i].workdir);
		struct sketch sketch = sketch_plan(services, false);

		if (sketch_says(&sketch, REPORT_ERROR, "workdir") == cases[i].good)
			fail_msg("workdir: %s", cases[i].workdir);
		sketch_free(&sketch);
	}
}

static void files_that_bulkhead_makes_are_not_taken_from_the_host(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon, files: {read: "
					   "[/etc/passwd, /etc/hosts, /srv/file]}}\n",
		true);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 2);
	assert_true(sketch_says(&sketch, REPORT_ERROR,
		"/etc/passwd is made by bulkhead for each service and cannot be declared"));
	assert_int_equal(sketch_node(a, "/etc/passwd")->kind, PLAN_FILE);
	assert_int_equal(sketch_node(a, "/etc/hosts")->kind, PLAN_HOSTS);
	sketch_free(&sketch);
}

/* The text names two places, this machine has one. */
static void links_do_not_make_a_written_place_loadable_or_roots(void **state)
{
	static const struct {
		const char *files, *text;
	} cases[] = {
		{"{write: [/srv/link], load: [/srv/app]}", "/srv/app is loaded or executed"},
		{"{write: [/srv/app], load: [/srv/link]}", "/srv/app is loaded or executed"},
		{"{write: [/srv/app/sub], load: [/srv/link]}", "/srv/app is loaded or executed"},
		{"{write: [/srv/link], load: [/srv/app/sub]}",
			"/srv/app/sub is loaded or executed"},
		{"{write: [/srv/link], read-as-root: [/srv/app]}", "/srv/app is read as root"},
		{"{write: [/srv/app], read: [/srv/link]}", NULL},
		{"{write: [/srv/app], load: [/srv/modules], read-as-root: [/srv/key]}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "  a: {role: bare, command: daemon, files: %s}\n",
			cases[i].files);
		struct sketch sketch = sketch_plan(text, false);
		print_message("%s\n", cases[i].files);
		assert_int_equal(
			report_count(sketch.report, REPORT_ERROR) > 0, cases[i].text != NULL);
		if (cases[i].text)
			assert_true(sketch_says(&sketch, REPORT_ERROR, cases[i].text));
		sketch_free(&sketch);
	}
}

/* Whichever starts first makes it, for the same owner. */
static void what_one_service_makes_another_may_read(void **state)
{
	static const char maker[] = "  a: {role: bare, command: daemon, files: {write: [{path: "
				    "/srv/new, create: 0755}]}}\n";
	static const char reader[] =
		"  b: {role: bare, command: daemon, files: {read: [/srv/new]}}\n";
	char text[512];

	(void)state;
	for (int later = 0; later < 2; later++) {
		strcpy(text, later ? reader : maker);
		strcat(text, later ? maker : reader);
		struct sketch sketch = sketch_plan(text, false);
		const struct plan_service *a = plan_service(sketch.plan, "a");
		const struct plan_node *node =
			sketch_node(plan_service(sketch.plan, "b"), "/srv/new");
		const struct plan_node *made = sketch_node(a, "/srv/new");

		assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
		assert_true(!node->create && node->read_only);
		assert_true(made->create && !made->read_only);
		assert_int_equal(made->mode, 0755);
		assert_int_equal(made->uid, a->identity.uid);
		sketch_free(&sketch);
	}
}

static void secrets_are_memory_files_of_the_service_alone(void **state)
{
	struct sketch sketch = sketch_plan("  a:\n    role: bare\n    command: daemon\n    user: "
					   "web\n    secrets: {KEY: /srv/key, WORD: {from: "
					   "/srv/file, as: env}}\n",
		false);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	const struct plan_node *key = sketch_node(a, "/run/secrets/KEY");

	(void)state;
	assert_int_equal(key->kind, PLAN_SECRET);
	assert_int_equal(key->mode, 0400);
	assert_int_equal(key->uid, 33);
	assert_null(sketch_node(a, "/run/secrets/WORD"));
	assert_null(sketch_node(a, "/srv/key"));
	assert_int_equal(a->environment_count, 1);
	assert_string_equal(a->environment[0].value, "${secret:WORD}");
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_service_sees_what_bulkhead_makes_and_nothing_else),
		cmocka_unit_test(proc_is_open_in_parts),
		cmocka_unit_test(each_kind_of_access_is_what_its_mount_allows),
		cmocka_unit_test(a_link_is_there_by_both_names),
		cmocka_unit_test(what_is_not_on_this_machine_is_an_error_or_a_note),
		cmocka_unit_test(a_path_that_its_mode_keeps_from_the_service_is_noted),
		cmocka_unit_test(a_workdir_is_a_folder_that_the_service_will_see),
		cmocka_unit_test(files_that_bulkhead_makes_are_not_taken_from_the_host),
		cmocka_unit_test(links_do_not_make_a_written_place_loadable_or_roots),
		cmocka_unit_test(what_one_service_makes_another_may_read),
		cmocka_unit_test(secrets_are_memory_files_of_the_service_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
