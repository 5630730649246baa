/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/scoped.h"
#include "in_child.h"

static char root_name[] = "/tmp/bulkhead-file-XXXXXX";
static int root;

static int make_root(void **state)
{
	(void)state;
	if (!mkdtemp(root_name))
		return -1;
	root = open(root_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? -1 : 0;
}

static int remove_root(void **state)
{
	(void)state;
	close(root);
	return rmdir(root_name);
}

static void a_file_is_replaced_whole(void **state)
{
	char text[8] = "";

	(void)state;
	assert_int_equal(stack_file_write(root, "one", "first", 5, 0600, NULL), 0);
	assert_int_equal(stack_file_write(root, "one", "new", 3, 0640, NULL), 0);
	scoped(fd) int file = openat(root, "one", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(file, text, sizeof(text)), 3);
	assert_string_equal(text, "new");
	struct stat about;
	assert_int_equal(fstat(file, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0640);
	assert_int_equal(unlinkat(root, "one", 0), 0);
	assert_int_equal(faccessat(root, "one.new", F_OK, 0), -1);
}

static void a_link_in_place_of_a_folder_is_refused(void **state)
{
	(void)state;
	assert_int_equal(symlinkat("/etc", root, "link"), 0);
	assert_true(stack_folder_make(root, "link", 0700, NULL) < 0);
	assert_int_equal(unlinkat(root, "link", 0), 0);
}

static void a_folder_is_removed_with_all_in_it(void **state)
{
	(void)state;
	scoped(fd) int folder = stack_folder_make(root, "tree", 0700, NULL);
	assert_true(folder >= 0);
	scoped(fd) int inner = stack_folder_make(folder, "inner", 0700, NULL);
	assert_true(inner >= 0);
	assert_int_equal(stack_file_write(inner, "file", "", 0, 0600, NULL), 0);
	assert_int_equal(stack_folder_remove(root, "tree", NULL), 0);
	assert_int_equal(faccessat(root, "tree", F_OK, 0), -1);
	/* And nothing is no failure. */
	assert_int_equal(stack_folder_remove(root, "tree", NULL), 0);
}

static void removal_follows_no_link(void **state)
{
	(void)state;
	assert_int_equal(stack_file_write(root, "kept", "", 0, 0600, NULL), 0);
	scoped(fd) int folder = stack_folder_make(root, "tree", 0700, NULL);
	assert_int_equal(symlinkat(root_name, folder, "out"), 0);
	assert_int_equal(stack_folder_remove(root, "tree", NULL), 0);
	assert_int_equal(faccessat(root, "kept", F_OK, 0), 0);
	assert_int_equal(unlinkat(root, "kept", 0), 0);
}

/* In a mount namespace of its own.  0: the mount was refused, and what is in it is there yet. */
static int remove_around_a_mount(void *unused)
{
	(void)unused;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		chdir(root_name) < 0 || mount("test", "tree/inner", "tmpfs", 0, NULL) < 0 ||
		mkdir("tree/inner/kept", 0700) < 0)
		return 99;
	int error = stack_folder_remove(AT_FDCWD, "tree", NULL);
	return error != -EXDEV || access("tree/inner/kept", F_OK) < 0;
}

static void removal_enters_no_mount(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	scoped(fd) int folder = stack_folder_make(root, "tree", 0700, NULL);
	scoped(fd) int inner = stack_folder_make(folder, "inner", 0700, NULL);
	assert_true(inner >= 0);
	assert_int_equal(in_child(remove_around_a_mount, NULL), 0);
	assert_int_equal(stack_folder_remove(root, "tree", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_replaced_whole),
		cmocka_unit_test(a_link_in_place_of_a_folder_is_refused),
		cmocka_unit_test(a_folder_is_removed_with_all_in_it),
		cmocka_unit_test(removal_follows_no_link),
		cmocka_unit_test(removal_enters_no_mount),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
