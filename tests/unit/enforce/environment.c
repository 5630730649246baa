/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

static char secret_file[] = "/tmp/bulkhead-environment-XXXXXX";

/* The environment that one variable with @value becomes, when the secret's file holds @secret. */
static int build(struct arena *arena, const char *secret, size_t length, const char *value,
	struct enforce_launch *launch, struct fault *why)
{
	const struct plan_secret secrets[] = {
		{.name = "KEY", .source = secret_file, .as_environment = true},
		{.name = "FILE", .source = secret_file}};
	const struct plan_variable variable = {.name = "URL", .value = value};
	struct plan_service service = {
		.name = "web", .program = "/bin/web", .secret_count = 2, .environment_count = 1};
	int fd = open(secret_file, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, secret, length), length);
	close(fd);
	service.secrets = (struct plan_secret *)(size_t)secrets;
	service.environment = (struct plan_variable *)(size_t)&variable;
	launch->service = &service;
	launch->arena = arena;
	return enforce_build_environment(launch, why);
}

static void assert_becomes(const char *secret, const char *value, const char *wanted)
{
	struct enforce_launch launch = {0};
	struct arena *arena = arena_new();

	assert_int_equal(build(arena, secret, strlen(secret), value, &launch, NULL), 0);
	assert_string_equal(launch.environment[0], wanted);
	assert_null(launch.environment[1]);
	arena_free(arena);
}

static void a_secret_is_put_where_it_is_named(void **state)
{
	(void)state;
	assert_becomes("word\n", "a${secret:KEY}b${secret:KEY}", "URL=awordbword");
	assert_becomes("word", "plain $KEY ${KEY}", "URL=plain $KEY ${KEY}");
	assert_becomes("", "${secret:KEY}", "URL=");
}

static void one_newline_is_cut_and_nothing_is_expanded_twice(void **state)
{
	(void)state;
	assert_becomes("word\n\n", "${secret:KEY}", "URL=word\n");
	assert_becomes("${secret:KEY}", "${secret:KEY}", "URL=${secret:KEY}");
}

static void assert_fails(const char *secret, size_t length, const char *value, const char *words)
{
	struct enforce_launch launch = {0};
	struct arena *arena = arena_new();
	struct fault why;

	assert_true(build(arena, secret, length, value, &launch, &why) < 0);
	assert_non_null(strstr(why.text, words));
	arena_free(arena);
}

static void what_is_no_value_ends_the_launch(void **state)
{
	(void)state;
	assert_fails("a\0b", 3, "${secret:KEY}", "zero byte");
	assert_fails("word", 4, "${secret:OTHER}", "does not have");
	/* A secret of a file is not one of the environment. */
	assert_fails("word", 4, "${secret:FILE}", "does not have");
}

/* All of it is taken from the arena between two small pieces: one block holds them. */
static void what_is_forgotten_leaves_no_copy(void **state)
{
	struct enforce_launch launch = {0};
	struct arena *arena = arena_new();
	const char *begin = arena_alloc(arena, 1);

	(void)state;
	assert_int_equal(
		build(arena, "wordword\n", 9, "a${secret:KEY}b${secret:KEY}c", &launch, NULL), 0);
	const char *end = arena_alloc(arena, 1);
	assert_true(end > begin);
	assert_non_null(memmem(begin, (size_t)(end - begin), "wordword", 8));
	launch.service = &(const struct plan_service){0};
	enforce_forget_secrets(&launch);
	assert_null(memmem(begin, (size_t)(end - begin), "wordword", 8));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_put_where_it_is_named),
		cmocka_unit_test(one_newline_is_cut_and_nothing_is_expanded_twice),
		cmocka_unit_test(what_is_no_value_ends_the_launch),
		cmocka_unit_test(what_is_forgotten_leaves_no_copy),
	};
	int fd = mkstemp(secret_file);

	if (fd < 0)
		return 1;
	close(fd);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(secret_file);
	return failed;
}
