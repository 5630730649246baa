/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other side: what a role is for and must still work under the same confinement.  Run like
 * attempts, but refusal is what fails the scenario.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
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

/* The address of @name by the hosts file, as text; an address stands for itself. */
static bool find_name(const char *name, struct in_addr *address)
{
	static char text[65536];
	size_t length = 0, wanted = strlen(name);
	long got = 0;

	if (inet_pton(AF_INET, name, address) == 1)
		return true;
	long fd = syscall(SYS_openat, AT_FDCWD, "/etc/hosts", O_RDONLY | O_CLOEXEC, 0);
	while (fd >= 0 && length < sizeof(text) - 1 &&
		(got = syscall(SYS_read, (int)fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	syscall(SYS_close, (int)fd);
	for (char *line = text, *end; *line; line = end) {
		for (end = line; *end && *end != '\n'; end++)
			;
		if (*end)
			*end++ = '\0';
		size_t word = strcspn(line, " \t");
		const char *names = line + word + strspn(line + word, " \t");
		if (strncmp(names, name, wanted) != 0 || !strchr(" \t", names[wanted]))
			continue;
		line[word] = '\0';
		if (inet_pton(AF_INET, line, address) == 1)
			return true;
	}
	return false;
}

static int connect_by_name(struct drill_context *context)
{
	struct sockaddr_in to;
	unsigned size = fill(context, &to);

	if (!find_name(context->first, &to.sin_addr))
		return -ENOENT;
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return (int)fd;
	return drill_done(drill_call(context, SYS_connect, (int)fd, &to, size));
}

static int run_declared(struct drill_context *context)
{
	char *const arguments[] = {(char *)context->first, "--version", NULL};
	char *const environment[] = {NULL};

	return drill_done(drill_call(context, SYS_execve, context->first, arguments, environment));
}

static int load_library(struct drill_context *context)
{
	long fd =
		drill_call(context, SYS_openat, AT_FDCWD, context->first, O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	return drill_done(drill_call(
		context, SYS_mmap, 0UL, 4096UL, PROT_READ | PROT_EXEC, MAP_PRIVATE, (int)fd, 0UL));
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
		drill_remove(path);
	return drill_done(result);
}

static int meet_declared(struct drill_context *context)
{
	return drill_meet(context, context->first, false);
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
	{"connect-by-name", "connects to a declared peer by its name", DRILL_PEER_NAME, DRILL_INET,
		LAYER_NETWORK, false, connect_by_name},
	{"meet-declared", "connects to a declared unix socket of a peer", DRILL_PEER_SOCKET,
		DRILL_UNIX, LAYER_VIEW, false, meet_declared},
	{"run-declared", "runs a program that it declares", DRILL_PROGRAM, DRILL_EXEC, LAYER_EXEC,
		true, run_declared},
	{"load-library", "loads a library of its program", DRILL_LIBRARY, DRILL_MEMORY, LAYER_VIEW,
		false, load_library},
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
