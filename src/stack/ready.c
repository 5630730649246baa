/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/ready.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/state.h"

enum {
	LONGEST_TABLE = 16 * 1024 * 1024,
	TCP_LISTENING = 0x0a, /* include/net/tcp_states.h */
	UDP_BOUND = 0x07,
	UNIX_LISTENING = 0x10000, /* __SO_ACCEPTCON */
};

static const char *read_table(pid_t pid, const char *name, struct arena *arena)
{
	const char *text;
	ssize_t length = descriptor_read(AT_FDCWD,
		arena_printf(arena, "/proc/%d/net/%s", pid, name), LONGEST_TABLE, arena, &text);

	return length < 0 ? "" : text;
}

/* A line reads "  0: 0100007F:1538 00000000:0000 0A …": slot, local, remote, state. */
static bool port_bound(const char *table, uint32_t first, uint32_t last, unsigned wanted)
{
	for (const char *line = strchr(table, '\n'); line; line = strchr(line + 1, '\n')) {
		unsigned port, state;

		if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &port, &state) == 2 &&
			state == wanted && port >= first && port <= last)
			return true;
	}
	return false;
}

/* A line reads "0000…: 00000002 00000000 00010000 0001 01 12345 /run/php/shop.sock". */
static bool path_bound(const char *table, const char *path)
{
	for (const char *line = strchr(table, '\n'); line; line = strchr(line + 1, '\n')) {
		unsigned flags;
		int name = 0;
		size_t length;

		if (sscanf(line, " %*[0-9a-f]: %*x %*x %x %*x %*x %*u %n", &flags, &name) != 1 ||
			name == 0 || !(flags & UNIX_LISTENING))
			continue;
		length = strcspn(line + name, "\n");
		if (length == strlen(path) && strncmp(line + name, path, length) == 0)
			return true;
	}
	return false;
}

static bool bound(const struct plan_listen *listen, pid_t pid, struct arena *arena)
{
	static const struct {
		const char *tables[2];
		unsigned state;
	} kinds[] = {
		[PLAN_TCP] = {{"tcp", "tcp6"}, TCP_LISTENING},
		[PLAN_UDP] = {{"udp", "udp6"}, UDP_BOUND},
	};

	if (listen->transport == PLAN_UNIX)
		return path_bound(read_table(pid, "unix", arena), listen->path);
	for (int i = 0; i < 2; i++)
		if (port_bound(read_table(pid, kinds[listen->transport].tables[i], arena),
			    listen->first, listen->last, kinds[listen->transport].state))
			return true;
	return false;
}

/* A daemon binds first and sets the mode then: until it has, peers may be refused. */
static bool has_mode(const struct stack_state *state, const struct plan_service *service,
	const struct plan_listen *listen, struct arena *arena)
{
	const struct plan *plan = state->plan;

	for (size_t i = 0; listen->mode && i < plan->socket_folder_count; i++) {
		const struct plan_socket_folder *folder = &plan->socket_folders[i];
		struct stat about;

		if (!text_equal(folder->service, service->name) ||
			!text_path_within(listen->path, folder->folder))
			continue;
		return lstat(arena_printf(arena, "%s/sockets/%s%s", state->folder, folder->name,
				     listen->path + strlen(folder->folder)),
			       &about) == 0 &&
		       (about.st_mode & 0777) == (listen->mode & 0777);
	}
	return true;
}

static const char *word_of(const struct plan_listen *listen, struct arena *arena)
{
	if (listen->transport != PLAN_UNIX)
		return arena_printf(arena, "port %u%s", listen->first,
			listen->transport == PLAN_UDP ? "/udp" : "");
	if (listen->mode)
		return arena_printf(arena, "socket %s with mode %04o", listen->path, listen->mode);
	return arena_printf(arena, "socket %s", listen->path);
}

const char *stack_ready_missing(const struct stack_state *state, const struct plan_service *service,
	const struct stack_member *member, struct arena *arena)
{
	const char *missing = NULL;

	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];
		const char *word;

		if (bound(listen, member->pid, arena) && has_mode(state, service, listen, arena))
			continue;
		word = word_of(listen, arena);
		missing = missing ? arena_printf(arena, "%s, %s", missing, word) : word;
	}
	return missing;
}
