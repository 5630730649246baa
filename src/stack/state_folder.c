/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "stack/file.h"
#include "stack/state.h"

static const struct where nowhere;

static int open_base(struct fault *why)
{
	return stack_folder_make(AT_FDCWD, STACK_RUN_FOLDER, 0755, why);
}

/* 0 or -1 with errno; it may be waited for. */
static int take_lock(
	int lock, void (*say)(void *context, const char *service, const char *text), void *context)
{
	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -1;
	if (say)
		say(context, NULL, "another bulkhead is at work on it: waiting");
	return flock(lock, LOCK_EX);
}

int stack_lock(const char *stack, void (*say)(void *context, const char *service, const char *text),
	void *context, struct fault *why)
{
	struct stat held, named;
	char name[300];

	snprintf(name, sizeof(name), ".%s.lock", stack);
	for (;;) {
		/* Opened anew each time: the last stack takes its folder with it. */
		scoped(fd) int base = open_base(why);
		if (base < 0)
			return base;
		scoped(fd) int lock =
			openat(base, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (lock < 0 && errno == ENOENT)
			continue;
		if (lock < 0 || take_lock(lock, say, context) < 0 || fstat(lock, &held) < 0)
			return fault(why, -errno, nowhere, "cannot lock stack '%s'", stack);
		/* `down` removes the file: what was waited for may be of the past. */
		if (fstatat(base, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
			named.st_ino == held.st_ino)
			return take_fd(&lock);
	}
}

void stack_unlock_unused(const char *stack)
{
	scoped(fd) int base = open_base(NULL);
	char name[300];

	if (base < 0 || faccessat(base, stack, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	snprintf(name, sizeof(name), ".%s.lock", stack);
	unlinkat(base, name, 0);
	/* Of the last stack: fails while another is there. */
	rmdir(STACK_RUN_FOLDER);
}

/* For root alone: who reaches a socket from outside could hand its service a way out. */
int stack_state_make(const char *stack, struct fault *why)
{
	static const char *const folders[] = {"services", "hosts", "sockets", "plans"};
	scoped(fd) int base = open_base(why);
	scoped(fd) int folder = base < 0 ? base : stack_folder_make(base, stack, 0700, why);

	for (size_t i = 0; folder >= 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		scoped(fd) int made = stack_folder_make(folder, folders[i], 0700, why);

		if (made < 0)
			return made;
	}
	return take_fd(&folder);
}

int stack_state_remove(const char *stack, struct fault *why)
{
	scoped(fd) int base = open_base(why);

	return base < 0 ? base : stack_folder_remove(base, stack, why);
}
