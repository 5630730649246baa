/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "host/host.h"

enum { FIRST_BUFFER = 4096, LARGEST_BUFFER = 1 << 20 };

/* The buffer of get*_r, doubled while the entry does not fit. */
static int grow(char **buffer, size_t *size)
{
	size_t larger = *size ? *size * 2 : FIRST_BUFFER;

	if (larger > LARGEST_BUFFER)
		return -ERANGE;
	char *grown = realloc(*buffer, larger);
	if (!grown)
		return -ENOMEM;
	*buffer = grown;
	*size = larger;
	return 0;
}

static const char *group_name(uint32_t gid, struct arena *arena)
{
	scoped(memory) char *buffer = NULL;
	struct group entry, *found = NULL;
	size_t size = 0;
	int error = ERANGE;

	while (error == ERANGE && grow(&buffer, &size) == 0)
		error = getgrgid_r(gid, &entry, buffer, size, &found);
	return error == 0 && found ? arena_text(arena, entry.gr_name) : NULL;
}

void host_look_up_user(const char *name, struct host_user *user, struct arena *arena)
{
	scoped(memory) char *buffer = NULL;
	struct passwd entry, *found = NULL;
	size_t size = 0;
	int error = ERANGE;

	while (error == ERANGE && grow(&buffer, &size) == 0)
		error = getpwnam_r(name, &entry, buffer, size, &found);
	user->name = arena_text(arena, name);
	if (error != 0 || !found)
		return;
	user->found = true;
	user->uid = entry.pw_uid;
	user->gid = entry.pw_gid;
	user->group = group_name(entry.pw_gid, arena);
	user->home = arena_text(arena, entry.pw_dir);
}

void host_look_up_group(const char *name, struct host_group *group, struct arena *arena)
{
	scoped(memory) char *buffer = NULL;
	struct group entry, *found = NULL;
	size_t size = 0;
	int error = ERANGE;

	while (error == ERANGE && grow(&buffer, &size) == 0)
		error = getgrnam_r(name, &entry, buffer, size, &found);
	group->name = arena_text(arena, name);
	group->found = error == 0 && found;
	if (group->found)
		group->gid = entry.gr_gid;
}
