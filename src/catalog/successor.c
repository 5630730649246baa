/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"
#include "catalog/call.h"

/*
 * Calls that newer architectures never had, and what their libraries call instead.  fork and vfork
 * are missing on purpose: their successor is clone, which only the groups grant, under a condition.
 * So is mknod, whose condition looks at another argument.
 */
static const struct {
	const char *call, *successor;
} successors[] = {
	{"access", "faccessat"},
	{"alarm", "setitimer"},
	{"chmod", "fchmodat"},
	{"chown", "fchownat"},
	{"creat", "openat"},
	{"dup2", "dup3"},
	{"epoll_create", "epoll_create1"},
	{"epoll_wait", "epoll_pwait"},
	{"eventfd", "eventfd2"},
	{"futimesat", "utimensat"},
	{"getpgrp", "getpgid"},
	{"inotify_init", "inotify_init1"},
	{"lchown", "fchownat"},
	{"link", "linkat"},
	{"lstat", "newfstatat"},
	{"mkdir", "mkdirat"},
	{"open", "openat"},
	{"pause", "ppoll"},
	{"pipe", "pipe2"},
	{"poll", "ppoll"},
	{"readlink", "readlinkat"},
	{"rename", "renameat"},
	{"rmdir", "unlinkat"},
	{"select", "pselect6"},
	{"signalfd", "signalfd4"},
	{"stat", "newfstatat"},
	{"symlink", "symlinkat"},
	{"time", "clock_gettime"},
	{"unlink", "unlinkat"},
	{"utime", "utimensat"},
	{"utimes", "utimensat"},
};

const struct catalog_call *catalog_call_on(enum catalog_arch arch, const char *name)
{
	const struct catalog_call *call = catalog_call(name);

	for (size_t i = 0; call && call->number[arch] < 0; i++) {
		if (i == sizeof(successors) / sizeof(successors[0]))
			return NULL;
		if (text_equal(successors[i].call, name))
			call = catalog_call(successors[i].successor);
	}
	return call;
}
