/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "stack/state.h"

const char **stack_names(struct arena *arena, size_t *count)
{
	scoped(dir) DIR *base = opendir(STACK_RUN_FOLDER);
	const char **names = NULL;
	struct dirent *entry;

	*count = 0;
	while (base && (entry = readdir(base))) {
		if (entry->d_name[0] == '.' || entry->d_type != DT_DIR)
			continue;
		const char **name = arena_append(arena, &names, count, sizeof(*name));
		*name = arena_text(arena, entry->d_name);
	}
	if (*count)
		qsort(names, *count, sizeof(*names), text_compare);
	return names;
}

/* The descriptor of process @pid that stands for namespace "net:[INODE]", opened anew. */
static int held_by(pid_t pid, const char *wanted)
{
	char path[64], link[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	ssize_t length = readlink(path, link, sizeof(link) - 1);
	if (length > 0 && (size_t)length == strlen(wanted) &&
		strncmp(link, wanted, (size_t)length) == 0)
		return open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	scoped(dir) DIR *folder = opendir(path);
	struct dirent *entry;
	while (folder && (entry = readdir(folder))) {
		length = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link) - 1);
		if (length > 0 && (size_t)length == strlen(wanted) &&
			strncmp(link, wanted, (size_t)length) == 0)
			return openat(dirfd(folder), entry->d_name, O_RDONLY | O_CLOEXEC);
	}
	return -ENOENT;
}

int stack_state_router(const struct stack_state *state)
{
	char wanted[64];
	int fd = -ENOENT;

	if (!state || state->router == 0)
		return -ENOENT;
	snprintf(wanted, sizeof(wanted), "net:[%llu]", (unsigned long long)state->router);
	if (stack_member_alive(&state->gateway))
		fd = held_by(state->gateway.pid, wanted);
	if (fd < 0 && stack_member_alive(&state->launcher))
		fd = held_by(state->launcher.pid, wanted);
	if (fd < 0 && stack_member_alive(&state->supervisor))
		fd = held_by(state->supervisor.pid, wanted);
	for (size_t i = 0; fd < 0 && i < state->service_count; i++)
		if (stack_member_alive(&state->services[i]))
			fd = held_by(state->services[i].pid, wanted);
	return fd < 0 ? -ENOENT : fd;
}
