/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/capability.h>

#include "base/report.h"
#include "sketch.h"

/* "0>1003 33>33": inside and outside of each extent. */
static void has_map(const struct plan_extent *extents, size_t count, const uint32_t (*wanted)[2],
	size_t wanted_count)
{
	assert_int_equal(count, wanted_count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(extents[i].inside, wanted[i][0]);
		assert_int_equal(extents[i].outside, wanted[i][1]);
		assert_int_equal(extents[i].count, 1);
	}
}

#define MAP(extents, count, ...)                                                                   \
	has_map(extents, count, (const uint32_t[][2]){__VA_ARGS__},                                \
		sizeof((const uint32_t[][2]){__VA_ARGS__}) / sizeof(uint32_t[2]))

static void without_a_user_a_service_has_an_id_of_its_own(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon}\n"
					   "  b: {role: bare, command: daemon}\n",
		false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(a->identity.uid, 1004);
	assert_int_equal(a->identity.gid, 1004);
	assert_int_equal(a->identity.init_id, 1003);
	assert_string_equal(a->identity.user, "a");
	MAP(a->identity.uids, a->identity.uid_count, {0, 1003}, {1004, 1004});
	MAP(a->identity.gids, a->identity.gid_count, {0, 1003}, {1004, 1004});
	assert_int_equal(plan_service(sketch.plan, "b")->identity.uid, 1006);
	assert_int_equal(a->capability_count, 0);
	sketch_free(&sketch);
}

static void a_user_maps_to_itself_and_zero_to_nobody_of_the_host(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {role: bare, command: daemon, user: web}\n"
			    "  b: {role: bare, command: daemon, user: \"web:shared\", "
			    "groups: [db]}\n",
			false);
	const struct plan_identity *a = &plan_service(sketch.plan, "a")->identity;
	const struct plan_identity *b = &plan_service(sketch.plan, "b")->identity;

	(void)state;
	assert_int_equal(a->uid, 33);
	assert_int_equal(a->gid, 33);
	assert_string_equal(a->home, "/srv/web");
	MAP(a->uids, a->uid_count, {0, 1003}, {33, 33});
	assert_int_equal(b->gid, 500);
	assert_int_equal(b->group_count, 1);
	assert_int_equal(b->groups[0], 104);
	MAP(b->gids, b->gid_count, {0, 1005}, {500, 500}, {104, 104});
	sketch_free(&sketch);
}

static void only_a_daemon_that_drops_keeps_the_capabilities_for_it(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {role: bare, command: daemon, user: web, users: [db, twin]}\n"
			    "  b: {role: bare, command: daemon, capabilities: [CAP_KILL]}\n",
			false);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	const struct plan_service *b = plan_service(sketch.plan, "b");

	(void)state;
	assert_true(a->identity.drops);
	assert_int_equal(a->capability_count, 2);
	assert_int_equal(a->capabilities[0].number, CAP_SETUID);
	assert_int_equal(a->capabilities[1].number, CAP_SETGID);
	MAP(a->identity.uids, a->identity.uid_count, {0, 1003}, {33, 33}, {101, 101});
	MAP(a->identity.gids, a->identity.gid_count, {0, 1003}, {33, 33}, {104, 104});
	assert_false(b->identity.drops);
	assert_int_equal(b->capability_count, 1);
	assert_int_equal(b->capabilities[0].number, CAP_KILL);
	sketch_free(&sketch);
}

/* Whatever it is called: id 0 is root. */
static void root_is_refused_under_any_name(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon, user: toor}\n"
					   "  b: {role: bare, command: daemon, user: web, groups: "
					   "[zero], users: [toor]}\n",
		true);

	(void)state;
	assert_true(sketch_says(&sketch, REPORT_ERROR, "toor is id 0 on this machine"));
	assert_true(sketch_says(&sketch, REPORT_ERROR, "zero is id 0 on this machine"));
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 3);
	sketch_free(&sketch);
}

static void users_and_groups_that_are_not_here_are_errors(void **state)
{
	static const char services[] = "  a: {role: bare, command: daemon, user: nobody-here}\n"
				       "  b: {role: bare, command: daemon, user: \"web:gone\", "
				       "groups: [gone], users: [nobody-here]}\n";

	(void)state;
	for (int judging = 0; judging < 2; judging++) {
		struct sketch sketch = sketch_plan(services, judging);
		int level = judging ? REPORT_NOTE : REPORT_ERROR;

		assert_true(sketch_says(&sketch, level, "there is no user 'nobody-here'"));
		assert_true(sketch_says(&sketch, level, "there is no group 'gone'"));
		assert_int_equal(report_count(sketch.report, level), 4);
		sketch_free(&sketch);
	}
}

static void the_accounts_of_a_view_are_those_of_its_service(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: daemon, user: web, groups: [shared], users: [db]}\n",
		false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_string_equal(sketch_node(a, "/etc/passwd")->content,
		"root:x:0:0:root:/:/usr/sbin/nologin\n"
		"web:x:33:33::/srv/web:/usr/sbin/nologin\n"
		"db:x:101:104::/:/usr/sbin/nologin\n"
		"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
	assert_string_equal(sketch_node(a, "/etc/group")->content, "root:x:0:\n"
								   "web:x:33:\n"
								   "shared:x:500:web\n"
								   "db:x:104:\n"
								   "nogroup:x:65534:\n");
	sketch_free(&sketch);
}

/* An account that two keys name stands there once. */
static void no_account_is_listed_twice(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon, user: web, groups: "
					   "[web, db], users: [web, db]}\n",
		false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_string_equal(sketch_node(a, "/etc/passwd")->content,
		"root:x:0:0:root:/:/usr/sbin/nologin\n"
		"web:x:33:33::/srv/web:/usr/sbin/nologin\n"
		"db:x:101:104::/:/usr/sbin/nologin\n"
		"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
	assert_string_equal(sketch_node(a, "/etc/group")->content, "root:x:0:\n"
								   "web:x:33:\n"
								   "db:x:104:web\n"
								   "nogroup:x:65534:\n");
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_user_a_service_has_an_id_of_its_own),
		cmocka_unit_test(a_user_maps_to_itself_and_zero_to_nobody_of_the_host),
		cmocka_unit_test(only_a_daemon_that_drops_keeps_the_capabilities_for_it),
		cmocka_unit_test(root_is_refused_under_any_name),
		cmocka_unit_test(users_and_groups_that_are_not_here_are_errors),
		cmocka_unit_test(the_accounts_of_a_view_are_those_of_its_service),
		cmocka_unit_test(no_account_is_listed_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
