/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: rights of a service's start, used before it is ready and once more after. */
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drill/call.h"
#include "drill/network.h"

static char *const nothing[] = {NULL};

/* Of the internet, or of this machine where its filter gives it no other. */
static long make_socket(int *family)
{
	long fd = syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*family = fd < 0 ? AF_UNIX : AF_INET;
	if (fd < 0)
		fd = syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static int listen_late(struct drill_context *context)
{
	const struct sockaddr_un nameless = {.sun_family = AF_UNIX};
	int family;
	long fd = make_socket(&family);

	if (fd < 0)
		return (int)fd;
	/* The kernel chooses a port by itself, and a name when it is asked for one. */
	if (family == AF_UNIX)
		syscall(SYS_bind, (int)fd, &nameless, sizeof(sa_family_t));
	long error = drill_call(context, SYS_listen, (int)fd, 1);
	syscall(SYS_close, (int)fd);
	return drill_done(error);
}

/* To a declared peer, or to where nobody listens: to be refused by that is to have got there. */
static int connect_late(struct drill_context *context)
{
	const struct sockaddr_un folder = {.sun_family = AF_UNIX, .sun_path = "/"};

	if (context->first && context->first[0])
		return drill_reached(drill_connect_first(context), ECONNREFUSED);
	long fd = syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	long error = drill_call(context, SYS_connect, (int)fd, &folder, (unsigned)sizeof(folder));
	syscall(SYS_close, (int)fd);
	return drill_reached(error, ECONNREFUSED);
}

static int fork_late(struct drill_context *context)
{
	long child = drill_call(context, SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);

	if (child == 0)
		syscall(SYS_exit_group, 0);
	return drill_done(child);
}

/* A program that is not there: to look for it is to have got through. */
static int execute_late(struct drill_context *context)
{
	return drill_reached(
		drill_call(context, SYS_execve, "/run/bulkhead-drill-none", nothing, nothing),
		ENOENT);
}

static int open_late(struct drill_context *context)
{
	char path[256];

	drill_path(path, context->first, "late");
	long fd = drill_call(context, SYS_openat, AT_FDCWD, path,
		O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	syscall(SYS_close, (int)fd);
	drill_remove(path);
	return drill_done(fd);
}

/* A name that nobody has.  Some machines have the newer calls alone. */
static const char none[] = "/tmp/bulkhead-drill-none";

static int rename_late(struct drill_context *context)
{
#ifdef SYS_rename
	long error = drill_call(context, SYS_rename, none, "/tmp/none");
#else
	long error = drill_call(context, SYS_renameat2, AT_FDCWD, none, AT_FDCWD, "/tmp/none", 0);
#endif
	return drill_reached(error, ENOENT);
}

static int remove_late(struct drill_context *context)
{
#ifdef SYS_unlink
	long error = drill_call(context, SYS_unlink, none);
#else
	long error = drill_call(context, SYS_unlinkat, AT_FDCWD, none, 0);
#endif
	return drill_reached(error, ENOENT);
}

/* As a library that is loaded late. */
static int map_late(struct drill_context *context)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	long map = drill_call(
		context, SYS_mmap, NULL, 1UL, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0UL);
	syscall(SYS_close, fd);
	return drill_done(map);
}

const struct drill_attempt drill_late[] = {
	{"listen-late", "listen on a new socket", DRILL_ENDS_LISTEN, DRILL_LATE, LAYER_PHASE, false,
		listen_late},
	{"connect-late", "open a new connection", DRILL_ENDS_CONNECT, DRILL_LATE, LAYER_PHASE,
		false, connect_late},
	{"fork-late", "start a process", DRILL_ENDS_FORK, DRILL_LATE, LAYER_PHASE, false,
		fork_late},
	{"execute-late", "execute a program", DRILL_ENDS_EXECUTE, DRILL_LATE, LAYER_PHASE, false,
		execute_late},
	{"open-late", "make a file and write to it", DRILL_ENDS_OPEN, DRILL_LATE, LAYER_PHASE,
		false, open_late},
	{"rename-late", "rename a file", DRILL_ENDS_RENAME, DRILL_LATE, LAYER_PHASE, false,
		rename_late},
	{"remove-late", "remove a file", DRILL_ENDS_REMOVE, DRILL_LATE, LAYER_PHASE, false,
		remove_late},
	{"map-late", "map code that was not mapped", DRILL_ENDS_CODE, DRILL_LATE, LAYER_PHASE,
		false, map_late},
};
DRILL_COUNT(late);
