/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/trusted.h"
#include "host/host.h"
#include "host/link.h"

static enum host_path_kind kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return HOST_FILE;
	case S_IFDIR:
		return HOST_FOLDER;
	case S_IFSOCK:
		return HOST_SOCKET;
	case S_IFCHR:
	case S_IFBLK:
		return HOST_DEVICE;
	default:
		return HOST_OTHER;
	}
}

/* A missing file is an answer; anything else is a reason not to go on. */
static const char *reason(int error, const struct fault *why, struct arena *arena)
{
	char sentence[FAULT_SENTENCE];

	if (error == -ENOENT || error == -ENOTDIR)
		return NULL;
	fault_sentence(why, sentence, sizeof(sentence));
	return why->hint[0] ? arena_printf(arena, "%s (%s)", sentence, why->hint)
			    : arena_text(arena, sentence);
}

void host_look_at_path(const char *name, struct host_path *path, struct descriptor_heap *opened,
	struct arena *arena)
{
	struct host_links links = {.arena = arena};
	const struct trusted_links heard = {host_links_hear, &links};
	struct fault why = {0};
	struct stat status;
	const char *resolved = NULL;

	path->path = arena_text(arena, name);
	int fd = trusted_trace(name, arena, &resolved, &heard, (struct where){0}, &why);
	if (fd < 0) {
		path->error = reason(fd, &why, arena);
		return;
	}
	descriptor_heap_add(opened, fd);
	if (fstat(fd, &status) < 0) {
		path->error = arena_printf(arena, "cannot look at %s: %s", name, strerror(errno));
		return;
	}
	path->kind = kind_of(status.st_mode);
	path->resolved = resolved;
	path->uid = status.st_uid;
	path->gid = status.st_gid;
	path->mode = status.st_mode & 07777;
	path->links = links.items;
	path->link_count = links.count;
}
