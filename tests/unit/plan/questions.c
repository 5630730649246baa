/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/host.h"
#include "sketch.h"

static void questions_are_what_the_policy_names_and_no_more(void **state)
{
	struct sketch sketch =
		sketch_plan("  a:\n    role: bare\n    command: daemon\n    user: \"web:shared\"\n"
			    "    groups: [db]\n    users: [db]\n    programs: [/usr/bin/tool]\n"
			    "    environment: {PATH: /opt/bin}\n    workdir: /srv/app/sub\n"
			    "    secrets: {KEY: /srv/key}\n    files: {read: [/srv/app], load: "
			    "[/srv/modules]}\n"
			    "    listens: [80, {unix: /run/a/s, group: web}]\n",
			false);
	static const struct {
		enum host_question_kind kind;
		const char *name;
	} wanted[] = {
		{HOST_ASK_USER, "web"},
		{HOST_ASK_GROUP, "shared"},
		{HOST_ASK_GROUP, "db"},
		{HOST_ASK_USER, "db"},
		{HOST_ASK_GROUP, "web"},
		{HOST_ASK_PROGRAM, "daemon"},
		{HOST_ASK_PROGRAM, "/usr/bin/tool"},
		{HOST_ASK_PATH, "/srv/maybe"},
		{HOST_ASK_PATH, "/srv/app"},
		{HOST_ASK_PATH, "/srv/modules"},
		{HOST_ASK_LOAD_FOLDER, "/srv/modules"},
		{HOST_ASK_PATH, "/srv/app/sub"},
		{HOST_ASK_PATH, "/srv/key"},
	};
	size_t count;
	const struct host_question *asked = plan_questions(sketch.policy, sketch.arena, &count);

	(void)state;
	assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(asked[i].kind, wanted[i].kind);
		assert_string_equal(asked[i].name, wanted[i].name);
		assert_non_null(asked[i].where.file);
		/* Looked for where the service would. */
		if (asked[i].kind == HOST_ASK_PROGRAM)
			assert_string_equal(asked[i].search_path, "/opt/bin");
	}
	sketch_free(&sketch);
}

/* A service has an id for its init; another one for itself only where it names no user. */
static void ids_are_asked_for_where_they_are_used(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon, user: web}\n"
					   "  b: {role: bare, command: daemon}\n",
		false);
	static const char *const wanted[] = {
		"s//router", "s//gateway", "s/a", "s/b", "s/b/user", "s//supervisor"};
	size_t count;
	const char *const *names = plan_id_names(sketch.policy, sketch.arena, &count);

	(void)state;
	assert_int_equal(count, 6);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(names[i], wanted[i]);
	sketch_free(&sketch);
	/* And the outlet, where somebody connects to the host. */
	sketch = sketch_plan(
		"  a: {role: bare, command: daemon, connects: [{to: host:25, why: mail}]}\n",
		false);
	names = plan_id_names(sketch.policy, sketch.arena, &count);
	assert_int_equal(count, 6);
	assert_string_equal(names[2], "s//outlet");
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_what_the_policy_names_and_no_more),
		cmocka_unit_test(ids_are_asked_for_where_they_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
