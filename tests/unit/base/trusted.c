/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/trusted.h"

static const struct where nowhere;
static char folder[] = "/tmp/bulkhead-trusted-XXXXXX";
static struct arena *arena;

static const char *in(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name);
}

static int try(const char *path)
{
	int fd = trusted_open(path, nowhere, NULL);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static void plain_paths_open(void **state)
{
	(void)state;
	assert_int_equal(try("/"), 0);
	assert_int_equal(try("/etc/passwd"), 0);
	assert_int_equal(try("//etc/./passwd"), 0);
	assert_int_equal(try("/etc/../etc/passwd"), 0);
	assert_int_equal(try(in("file")), 0);
	assert_int_equal(try("/etc/no-such-file"), -ENOENT);
	assert_int_equal(try("etc/passwd"), -EINVAL);
}

/* /tmp is everybody's: what stands in it is no link of root's. */
static void a_link_below_a_folder_of_others_is_refused(void **state)
{
	struct fault why;

	(void)state;
	assert_int_equal(symlink("/etc/passwd", in("link")), 0);
	assert_int_equal(trusted_open(in("link"), nowhere, &why), -ELOOP);
	assert_non_null(strstr(why.hint, "symbolic link"));
	assert_int_equal(symlink("/etc", in("way")), 0);
	assert_int_equal(try(in("way/passwd")), -ELOOP);
}

static void a_link_of_roots_is_followed_and_resolved(void **state)
{
	const char *resolved;
	struct stat status;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	/* On a merged /usr. */
	if (lstat("/bin", &status) < 0 || !S_ISLNK(status.st_mode))
		skip();
	int fd = trusted_walk(root, "/bin/sh", arena, &resolved, nowhere, NULL);
	assert_true(fd >= 0);
	assert_true(strncmp(resolved, "/usr/bin/", 9) == 0);
	close(fd);
	close(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_paths_open),
		cmocka_unit_test(a_link_below_a_folder_of_others_is_refused),
		cmocka_unit_test(a_link_of_roots_is_followed_and_resolved),
	};

	arena = arena_new();
	if (!mkdtemp(folder))
		return 1;
	close(open(in("file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(in("file"));
	unlink(in("link"));
	unlink(in("way"));
	rmdir(folder);
	arena_free(arena);
	return failed;
}
