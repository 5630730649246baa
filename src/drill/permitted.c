/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other side: what a role is for and must still work under the same confinement.  Run like
 * attempts, but refusal is what fails the scenario.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drill/call.h"

static int write_declared(struct drill_context *context)
{
	return drill_create(context, context->first, "permitted");
}

static int read_declared(struct drill_context *context)
{
	return drill_open(context, context->first, O_RDONLY);
}

static unsigned fill(const struct drill_context *context, struct sockaddr_in *address)
{
	*address = (struct sockaddr_in){.sin_family = AF_INET};
	address->sin_port = htons((in_port_t)drill_number(context->second));
	inet_pton(AF_INET, context->first, &address->sin_addr);
	return sizeof(*address);
}

static int connect_declared(struct drill_context *context)
{
	struct sockaddr_in to;
	unsigned size = fill(context, &to);
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	return drill_done(drill_call(context, SYS_connect, (int)fd, &to, size));
}

/* The daemon itself may hold the port already: that answer comes after every rule of ours. */
static int listen_declared(struct drill_context *context)
{
	struct sockaddr_in at;
	unsigned size = fill(context, &at);
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_bind, (int)fd, &at, size);
	if (result == 0)
		result = drill_call(context, SYS_listen, (int)fd, 1);
	return drill_reached(result, EADDRINUSE);
}

static int listen_local(struct drill_context *context)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char path[256];

	drill_path(path, context->first, "socket");
	for (size_t i = 0; path[i] && i < sizeof(at.sun_path) - 1; i++)
		at.sun_path[i] = path[i];
	long fd = drill_call(context, SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_bind, (int)fd, &at, sizeof(at));
	if (result == 0)
		syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	return drill_done(result);
}

static int see_itself(struct drill_context *context)
{
	return drill_read(context, "/proc/self/status");
}

static int make_pair(struct drill_context *context)
{
	int pair[2];

	return drill_done(
		drill_call(context, SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
}

static int make_child(struct drill_context *context)
{
	long child = drill_call(context, SYS_clone, 17L /* SIGCHLD */, NULL, NULL, NULL, 0UL);

	if (child == 0)
		syscall(SYS_exit_group, 0);
	return drill_done(child);
}

static int make_thread(struct drill_context *context)
{
	long thread = drill_thread(context);

	return thread == DRILL_NOT_APPLICABLE ? DRILL_NOT_APPLICABLE : drill_done(thread);
}

static int create_in_tmp(struct drill_context *context)
{
	return drill_create(context, context->first, "tmp");
}

const struct drill_attempt drill_permitted[] = {
	{"write-declared", "writes a file in a declared folder", DRILL_DECLARED_WRITE, DRILL_PATH,
		LAYER_VIEW, false, write_declared},
	{"read-declared", "reads what it declares", DRILL_DECLARED_READ, DRILL_PATH, LAYER_VIEW,
		false, read_declared},
	{"connect-declared", "connects to a declared peer", DRILL_PEER, DRILL_INET, LAYER_NETWORK,
		false, connect_declared},
	{"listen-declared", "listens on its declared port", DRILL_OWN_PORT, DRILL_INET,
		LAYER_LANDLOCK, false, listen_declared},
	{"listen-local", "makes its declared unix socket", DRILL_OWN_SOCKET, DRILL_UNIX, LAYER_VIEW,
		false, listen_local},
	{"see-itself", "sees its own process", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		see_itself},
	{"make-thread", "makes a thread", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		make_thread},
	/* Most roles may; a payment worker may not. */
	{"create-in-tmp", "creates a file in /tmp", DRILL_FOLDER, DRILL_PATH, LAYER_SECCOMP, false,
		create_in_tmp},
	{"make-pair", "talks to its own children", DRILL_NOTHING, DRILL_UNIX, LAYER_SECCOMP, false,
		make_pair},
	{"make-child", "makes a child", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		make_child},
};
DRILL_COUNT(permitted);
