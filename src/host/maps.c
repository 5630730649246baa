/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/maps.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/descriptor.h"

/* Ids at the end of the default range: nothing owns them, and nothing is written with them. */
static const char several[] = "0 1900065530 1\n33 1900065531 1\n65534 1900065532 1\n";

static int put(pid_t child, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)child, name);
	return descriptor_put(AT_FDCWD, path, "%s", text);
}

static int put_own(pid_t child, const char *name, unsigned id)
{
	char text[32];

	snprintf(text, sizeof(text), "0 %u 1\n", id);
	return put(child, name, text);
}

int host_write_maps(pid_t child)
{
	int error;

	if (geteuid() == 0) {
		error = put(child, "uid_map", several);
		return error < 0 ? error : put(child, "gid_map", several);
	}
	error = put(child, "setgroups", "deny");
	if (error == 0)
		error = put_own(child, "uid_map", geteuid());
	return error < 0 ? error : put_own(child, "gid_map", getegid());
}
