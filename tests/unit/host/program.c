/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/folders.h"
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

static const struct host_program *ask(
	enum host_question_kind kind, const char *name, const char *search_path)
{
	struct host_question question = {.kind = kind, .name = name, .search_path = search_path};

	host_answer(&host, &question, 1, arena);
	return host_program(&host, name);
}

static bool needs(const struct host_program *program, const char *library)
{
	for (size_t i = 0; i < program->library_count; i++)
		if (strstr(program->libraries[i], library))
			return true;
	return false;
}

/* This program's file with the first "libc.so.6" spelled @name, as a file called @as. */
static const char *copy_of_own(const char *as, const char *name, mode_t mode)
{
	struct stat status;
	scoped(fd) int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	fstat(fd, &status);
	size_t size = (size_t)status.st_size;
	scoped(memory) char *data = malloc(size);
	assert_int_equal(read(fd, data, size), (ssize_t)size);
	for (char *at = data;
		name && (at = memmem(at, size - (size_t)(at - data), "libc.so.6", 10));)
		memcpy(at, name, strlen("libc.so.6"));
	return scratch_file(as, data, size, mode);
}

static void a_name_is_found_along_the_path(void **state)
{
	(void)state;
	scratch_text("tool", "not executable", 0644);
	const struct host_program *program = ask(HOST_ASK_PROGRAM, "sh", scratch);
	assert_false(program->found);
	assert_non_null(strstr(program->error, "not in PATH"));
	char path[128];
	snprintf(path, sizeof(path), "%s:/usr/bin", scratch);
	program = ask(HOST_ASK_PROGRAM, "env", path);
	assert_true(program->found);
	assert_string_equal(program->path, "/usr/bin/env");
	assert_false(ask(HOST_ASK_PROGRAM, "tool", path)->found);
}

static void the_libraries_come_with_the_links_that_name_them(void **state)
{
	(void)state;
	const struct host_program *program =
		ask(HOST_ASK_PROGRAM, copy_of_own("own", NULL, 0755), NULL);
	assert_true(program->found);
	assert_non_null(program->interpreter);
	assert_true(needs(program, "/ld-linux"));
	assert_true(needs(program, "/libc.so.6"));
	assert_true(needs(program, "/libcmocka.so.0."));
	bool linked = false;
	for (size_t i = 0; i < program->library_link_count; i++)
		linked |= strstr(program->library_links[i].path, "/libcmocka.so.0") &&
			  text_starts(program->library_links[i].target, "libcmocka.so.0.");
	assert_true(linked);
	for (size_t i = 1; i < program->library_count; i++)
		assert_true(strcmp(program->libraries[i - 1], program->libraries[i]) < 0);
}

static void a_missing_library_is_named(void **state)
{
	(void)state;
	const struct host_program *program =
		ask(HOST_ASK_PROGRAM, copy_of_own("own", "libq.so.6", 0755), NULL);
	assert_false(program->found);
	assert_non_null(strstr(program->error, "libq.so.6"));
}

static void a_script_asks_for_its_interpreter(void **state)
{
	(void)state;
	const struct host_program *script =
		ask(HOST_ASK_PROGRAM, scratch_text("plain", "#! /bin/sh -e\nexit\n", 0755), NULL);
	assert_true(script->found);
	assert_string_equal(script->script, "/bin/sh");
	assert_string_equal(script->script_argument, "-e");
	assert_true(host_program(&host, "/bin/sh")->found);
	script = ask(HOST_ASK_PROGRAM, scratch_text("env", "#!/usr/bin/env sh\n", 0755), NULL);
	assert_true(script->found);
	assert_true(
		text_equal(script->script, "/usr/bin/sh") || text_equal(script->script, "/bin/sh"));
	assert_null(script->script_argument);
}

static void a_script_without_a_usable_interpreter_is_refused(void **state)
{
	static const char *const lines[] = {"#!\n", "#!sh\n", "#!/usr/bin/env\n",
		"#!/usr/bin/env A=b sh\n", "#!/usr/bin/env no-such-program\n"};
	char name[8];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		const struct host_program *script =
			ask(HOST_ASK_PROGRAM, scratch_text(name, lines[i], 0755), NULL);
		assert_false(script->found);
		assert_non_null(script->error);
	}
}

static void a_script_that_names_itself_ends(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "#!%s\n", scratch_path("self"));
	assert_non_null(ask(HOST_ASK_PROGRAM, scratch_text("self", line, 0755), NULL));
}

static void a_set_id_bit_is_seen(void **state)
{
	(void)state;
	assert_true(ask(HOST_ASK_PROGRAM, copy_of_own("set", NULL, 04755), NULL)->set_id);
	assert_false(ask(HOST_ASK_PROGRAM, copy_of_own("own", NULL, 0755), NULL)->set_id);
}

static void text_is_no_program(void **state)
{
	(void)state;
	const struct host_program *program =
		ask(HOST_ASK_PROGRAM, scratch_text("text", "hello", 0755), NULL);
	assert_false(program->found);
	assert_non_null(strstr(program->error, "neither"));
	assert_false(ask(HOST_ASK_PROGRAM, "relative/path", NULL)->found);
	assert_false(ask(HOST_ASK_PROGRAM, "/no/such", NULL)->found);
}

static void a_load_folder_needs_what_its_modules_need(void **state)
{
	(void)state;
	mkdir(scratch_path("deep"), 0755);
	copy_of_own("deep/native.node", NULL, 0644);
	copy_of_own("broken.so", "libq.so.6", 0644);
	scratch_text("script.so", "GROUP ( libc.so.6 )", 0644);
	const struct host_program *folder = ask(HOST_ASK_LOAD_FOLDER, scratch_path("."), NULL);
	assert_true(folder->found);
	assert_true(needs(folder, "/libcmocka.so.0."));
	assert_false(needs(folder, "native.node"));
	assert_false(ask(HOST_ASK_LOAD_FOLDER, "/no/such/folder", NULL)->found);
}

static void origin_is_the_folder_of_the_file(void **state)
{
	char folder[64];

	(void)state;
	assert_true(host_expand_folder("$ORIGIN/../x", 12, "/a/b/c", folder, sizeof(folder)));
	assert_string_equal(folder, "/a/b/../x");
	assert_true(host_expand_folder("${ORIGIN}", 9, "/a/b/c", folder, sizeof(folder)));
	assert_string_equal(folder, "/a/b");
	assert_false(host_expand_folder("relative", 8, "/a/b/c", folder, sizeof(folder)));
	assert_false(host_expand_folder("/$UNKNOWN", 9, "/a/b/c", folder, sizeof(folder)));
	assert_false(host_expand_folder("/${ORIGIN", 9, "/a/b/c", folder, sizeof(folder)));
	assert_false(host_expand_folder("$ORIGIN/long", 12, "/a/b/c", folder, 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_name_is_found_along_the_path, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_libraries_come_with_the_links_that_name_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_missing_library_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_script_asks_for_its_interpreter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_script_without_a_usable_interpreter_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_script_that_names_itself_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_set_id_bit_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_is_no_program, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_load_folder_needs_what_its_modules_need, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			origin_is_the_folder_of_the_file, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
