/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The symbolic links on the way to a file: the view makes them again, so that
 * the path as asked works there.
 *
 * Links that every view has anyway (/bin, /lib, /lib64, /sbin, /lib32, /libx32
 * to their places below /usr) are followed and not listed.
 */

#include <stddef.h>

struct arena;
struct host_link;

struct host_links {
	struct arena *arena;
	struct host_link *items;
	size_t count;
};

/* Add one link of @context, a struct host_links, unless every view has it (base/trusted.h). */
void host_links_hear(void *context, const char *path, const char *target);

/* Add each link met on the way along @path, once.  0, or -errno of the part that is not there. */
int host_links_along(struct host_links *links, const char *path);
