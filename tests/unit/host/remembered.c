/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/host.h"
#include "host/remembered.h"
#include "host/remembered_programs.h"
#include "host/witness.h"
#include "scratch.h"

static struct arena *arena;

static int set_up(void **state)
{
	arena = arena_new();
	return scratch_make(state);
}

static int tear_down(void **state)
{
	arena_free(arena);
	return scratch_remove(state);
}

/* Root alone has a memory: nobody else could keep others from writing it. */
static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static const char *only_file(const char *folder)
{
	char pattern[160];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*", folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	const char *file = arena_text(arena, found.gl_pathv[0]);
	globfree(&found);
	return file;
}

static const uint64_t some = HOST_FEATURE_BIT(HOST_SECCOMP) | HOST_FEATURE_BIT(HOST_BPF_LSM);

static void what_works_is_remembered(void **state)
{
	const char *folder = arena_text(arena, scratch_path("features"));

	(void)state;
	need_root();
	assert_int_equal(host_recall(folder, arena), 0);
	host_remember(folder, some, arena);
	assert_int_equal(host_recall(folder, arena), some);
	host_remember(folder, HOST_FEATURE_BIT(HOST_MDWE), arena);
	assert_int_equal(host_recall(folder, arena), HOST_FEATURE_BIT(HOST_MDWE));
}

static void another_boot_kernel_or_build_remembers_nothing(void **state)
{
	static const char *const lines[] = {"boot ", "kernel ", "build ", "user namespace "};
	char text[4096];

	(void)state;
	need_root();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *folder = arena_text(arena, scratch_path("other"));

		host_remember(folder, some, arena);
		scoped(fd) int fd = open(only_file(folder), O_RDWR | O_CLOEXEC);
		ssize_t length = read(fd, text, sizeof(text) - 1);
		assert_true(length > 0);
		text[length] = '\0';
		char *value = strstr(text, lines[i]) + strlen(lines[i]);
		*value = *value == '0' ? '1' : '0';
		assert_int_equal(pwrite(fd, text, (size_t)length, 0), length);
		assert_int_equal(host_recall(folder, arena), 0);
	}
}

static void a_memory_that_others_may_write_is_none(void **state)
{
	const char *folder = arena_text(arena, scratch_path("open"));

	(void)state;
	need_root();
	host_remember(folder, some, arena);
	assert_int_equal(chmod(only_file(folder), 0666), 0);
	assert_int_equal(host_recall(folder, arena), 0);
}

static void memories_do_not_grow_without_end(void **state)
{
	const char *folder = arena_text(arena, scratch_path("many"));
	char pattern[160];
	glob_t found;

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		host_memory_write(folder, arena_printf(arena, "%s/%u", folder, i), "text");
	snprintf(pattern, sizeof(pattern), "%s/*", folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_in_range(found.gl_pathc, 1, 70);
	globfree(&found);
}

static void a_witness_notices_every_change(void **state)
{
	const char *file = arena_text(arena, scratch_text("library", "one", 0644));
	const char *missing = arena_text(arena, scratch_path("later"));
	struct host_witnesses seen = {.arena = arena};

	(void)state;
	host_witness_add(&seen, file);
	host_witness_add(&seen, missing);
	host_witness_add_folder(&seen, file);
	host_witness_add(&seen, file);
	assert_int_equal(seen.count, 3);
	/* Whatever changed a moment ago may change again in the same tick. */
	assert_false(host_witnesses_at_rest(&seen));
	for (size_t i = 0; i < seen.count; i++)
		assert_true(host_witness_same(&seen.items[i]));
	scratch_text("library", "longer", 0644);
	scratch_text("later", "", 0644);
	for (size_t i = 0; i < seen.count; i++)
		assert_false(host_witness_same(&seen.items[i]));
}

static const struct host_question questions[] = {
	{.kind = HOST_ASK_PATH, .name = "/etc"},
	{.kind = HOST_ASK_PROGRAM, .name = "sh", .search_path = "/usr/bin"},
};
enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

static void programs_are_recalled_as_they_were_found(void **state)
{
	const char *folder = arena_text(arena, scratch_path("programs"));
	struct host found = {0}, recalled = {0};
	struct host_witnesses seen = {.arena = arena};

	(void)state;
	need_root();
	host_answer(&found, questions, QUESTIONS, arena);
	assert_true(found.programs[0].found);
	assert_false(host_recall_programs(folder, &recalled, questions, QUESTIONS, arena));
	host_witness_add(&seen, "/etc/passwd");
	host_remember_programs(folder, &found, questions, QUESTIONS, &seen, arena);
	assert_true(host_recall_programs(folder, &recalled, questions, QUESTIONS, arena));
	assert_int_equal(recalled.program_count, found.program_count);
	for (size_t i = 0; i < found.program_count; i++)
		assert_true(record_same(
			&host_program_record, &found.programs[i], &recalled.programs[i]));
}

static void other_questions_are_not_those(void **state)
{
	const char *folder = arena_text(arena, scratch_path("others"));
	const struct host_question other = {
		.kind = HOST_ASK_PROGRAM, .name = "sh", .search_path = "/usr/local/bin:/usr/bin"};
	struct host found = {0}, recalled = {0};
	struct host_witnesses seen = {.arena = arena};

	(void)state;
	need_root();
	host_answer(&found, questions, QUESTIONS, arena);
	host_remember_programs(folder, &found, questions, QUESTIONS, &seen, arena);
	assert_false(host_recall_programs(folder, &recalled, &other, 1, arena));
}

static void what_changed_since_is_looked_for_again(void **state)
{
	const char *folder = arena_text(arena, scratch_path("changed"));
	struct host found = {0}, recalled = {0};
	struct host_witness gone = {.path = "/no/such/library", .there = true, .inode = 7};
	const struct host_witnesses seen = {.arena = arena, .items = &gone, .count = 1};

	(void)state;
	need_root();
	host_answer(&found, questions, QUESTIONS, arena);
	host_remember_programs(folder, &found, questions, QUESTIONS, &seen, arena);
	assert_false(host_recall_programs(folder, &recalled, questions, QUESTIONS, arena));
	assert_int_equal(recalled.program_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_works_is_remembered),
		cmocka_unit_test(another_boot_kernel_or_build_remembers_nothing),
		cmocka_unit_test(a_memory_that_others_may_write_is_none),
		cmocka_unit_test(memories_do_not_grow_without_end),
		cmocka_unit_test(a_witness_notices_every_change),
		cmocka_unit_test(programs_are_recalled_as_they_were_found),
		cmocka_unit_test(other_questions_are_not_those),
		cmocka_unit_test(what_changed_since_is_looked_for_again),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
