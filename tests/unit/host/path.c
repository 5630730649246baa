/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/host.h"
#include "scratch.h"

static struct arena *arena;
static struct host host;

static int set_up(void **state)
{
	arena = arena_new();
	host = (struct host){0};
	return scratch_make(state);
}

static int tear_down(void **state)
{
	arena_free(arena);
	return scratch_remove(state);
}

static const struct host_path *look(const char *path)
{
	host_answer(&host, &(struct host_question){.kind = HOST_ASK_PATH, .name = path}, 1, arena);
	return host_path(&host, path);
}

static void each_kind_is_told_apart(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)state;
	assert_int_equal(look("/")->kind, HOST_FOLDER);
	assert_int_equal(look(scratch_text("file", "x", 0640))->kind, HOST_FILE);
	assert_int_equal(look(scratch_path("file"))->mode, 0640);
	assert_int_equal(look("/dev/null")->kind, HOST_DEVICE);
	strcpy(address.sun_path, scratch_path("socket"));
	scoped(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(look(address.sun_path)->kind, HOST_SOCKET);
}

static void a_missing_path_is_an_answer_and_no_error(void **state)
{
	(void)state;
	assert_int_equal(look("/no/such/path")->kind, HOST_ABSENT);
	assert_null(look("/no/such/path")->error);
	assert_null(look("/no/such/path")->resolved);
}

static void links_of_the_system_are_followed_and_listed(void **state)
{
	struct stat status;

	(void)state;
	if (lstat("/usr/bin/awk", &status) < 0 || !S_ISLNK(status.st_mode))
		skip();
	const struct host_path *awk = look("/bin/awk");
	assert_int_equal(awk->kind, HOST_FILE);
	assert_null(strstr(awk->resolved, "/awk"));
	assert_string_equal(awk->links[0].path, "/usr/bin/awk");
	/* /bin itself is in every view. */
	for (size_t i = 0; i < awk->link_count; i++)
		assert_false(text_equal(awk->links[i].path, "/bin"));
}

static void a_link_in_a_folder_that_others_write_is_refused(void **state)
{
	(void)state;
	assert_int_equal(symlink("/etc", scratch_path("planted")), 0);
	assert_int_equal(look(scratch_path("planted"))->kind, HOST_ABSENT);
	assert_non_null(strstr(look(scratch_path("planted"))->error, "symbolic link"));
}

static void users_and_groups_are_found_by_name(void **state)
{
	struct host_question questions[] = {
		{.kind = HOST_ASK_USER, .name = "root"},
		{.kind = HOST_ASK_USER, .name = "no-such-user"},
		{.kind = HOST_ASK_GROUP, .name = "root"},
		{.kind = HOST_ASK_GROUP, .name = "no-such-group"},
	};

	(void)state;
	host_answer(&host, questions, 4, arena);
	host_answer(&host, questions, 4, arena);
	assert_int_equal(host.user_count, 2);
	assert_true(host_user(&host, "root")->found);
	assert_string_equal(host_user(&host, "root")->group, "root");
	assert_false(host_user(&host, "no-such-user")->found);
	assert_true(host_group(&host, "root")->found);
	assert_false(host_group(&host, "no-such-group")->found);
	assert_null(host_user(&host, "not-asked"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_kind_is_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_missing_path_is_an_answer_and_no_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			links_of_the_system_are_followed_and_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_link_in_a_folder_that_others_write_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			users_and_groups_are_found_by_name, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
