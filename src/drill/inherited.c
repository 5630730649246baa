/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: using what the launcher left open.  A service gets descriptors 0 to 2 and nothing
 * else; the control run is given the others on purpose. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "drill/call.h"

enum { FIRST_FOREIGN = 3, LAST_TRIED = 256 };

static int find_descriptor(struct drill_context *context)
{
	for (int fd = FIRST_FOREIGN; fd < LAST_TRIED; fd++) {
		long flags = drill_call(context, SYS_fcntl, fd, F_GETFD, 0L);
		if (flags >= 0)
			return 0;
		if (flags != -EBADF)
			return DRILL_NOT_APPLICABLE;
	}
	return -EBADF;
}

/* A folder of another root is a way out of this one. */
static int find_folder(struct drill_context *context)
{
	long error = -EBADF;

	for (int fd = 0; fd < LAST_TRIED; fd++) {
		long made = drill_call(
			context, SYS_openat, fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
		if (made >= 0)
			return 0;
		if (made != -EBADF && made != -ENOTDIR)
			error = made;
	}
	return (int)error;
}

/*
 * A socket stays in the network namespace that made it: after connect(AF_UNSPEC) it connects
 * to that world.  To the loopback's port given, where the runner listens.
 */
static int turn_socket(struct drill_context *context, int fd)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	unsigned port = (unsigned)drill_number(context->second);
	struct sockaddr_in host = {
		.sin_family = AF_INET,
		.sin_port = (in_port_t)(port >> 8 | (port & 0xff) << 8),
		.sin_addr.s_addr = 0x0100007f,
	};

	long result = drill_call(context, SYS_connect, fd, &none, sizeof(none));
	if (result == -ENOTSOCK || result == -EBADF)
		return (int)result;
	return drill_done(drill_call(context, SYS_connect, fd, &host, sizeof(host)));
}

static int turn_inherited_socket(struct drill_context *context)
{
	int error = -EBADF;

	for (int fd = 0; fd < LAST_TRIED; fd++) {
		int tried = turn_socket(context, fd);
		if (tried == 0)
			return 0;
		if (tried != -EBADF && tried != -ENOTSOCK)
			error = tried;
	}
	return error;
}

static int find_socket(struct drill_context *context)
{
	struct stat about;

	for (int fd = 0; fd < LAST_TRIED; fd++) {
		long seen = drill_call(context, SYS_fstat, fd, &about);
		if (seen == 0 && S_ISSOCK(about.st_mode))
			return 0;
		if (seen < 0 && seen != -EBADF)
			return DRILL_NOT_APPLICABLE;
	}
	return -EBADF;
}

const struct drill_attempt drill_inherited[] = {
	{"find-descriptor", "find an open descriptor beyond the first three", DRILL_INHERITED,
		DRILL_INSIDE, LAYER_EXEC, false, find_descriptor},
	{"find-folder", "leave by a descriptor of a folder outside", DRILL_INHERITED, DRILL_INSIDE,
		LAYER_EXEC, false, find_folder},
	{"find-socket", "find an open socket", DRILL_INHERITED, DRILL_INSIDE, LAYER_EXEC, false,
		find_socket},
	{"turn-socket", "disconnect a socket it was given and connect it to the host",
		DRILL_INHERITED, DRILL_INSIDE, LAYER_EXEC, false, turn_inherited_socket},
};
DRILL_COUNT(inherited);
