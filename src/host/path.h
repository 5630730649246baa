/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What stands at a path, by the walk that the launch will make (base/trusted.h). */

struct arena;
struct descriptor_heap;
struct host_path;

/* What it opens for that is closed with others, by the caller. */
void host_look_at_path(const char *name, struct host_path *path, struct descriptor_heap *opened,
	struct arena *arena);
