/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Opening paths that others may try to swap under us.
 *
 * The path is walked from `/` one part at a time.  Links are followed only in
 * folders that root owns and nobody else may write (a root-owned sticky folder
 * counts for reading policy, not for following links); below the first other
 * folder no link is followed.  The descriptor returned is the one to use for
 * everything afterwards: never open by name again.  (CVE-2019-5736 and its
 * relatives; openat2(2), Linux 5.6.)
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/where.h"

struct arena;
struct fault;

/*
 * Open absolute @path with O_PATH.  Returns the descriptor (O_CLOEXEC, the
 * caller closes it) or a negative errno with @why filled: -ENOENT, -ELOOP when
 * a link stands where none is followed, …
 */
int trusted_open(const char *path, struct where where, struct fault *why);

/*
 * The same, starting at folder @root (a descriptor that stands for "/", or
 * AT_FDCWD for "/" itself), and tell in @resolved (may be NULL; lives in @arena) the path without
 * links.
 */
int trusted_walk(int root, const char *path, struct arena *arena, const char **resolved,
	struct where where, struct fault *why);

/* Who wants to hear of each link that is followed: its path without links, and its target. */
struct trusted_links {
	void (*hear)(void *context, const char *path, const char *target);
	void *context;
};

/* trusted_walk() from / itself, with its links. */
int trusted_trace(const char *path, struct arena *arena, const char **resolved,
	const struct trusted_links *heard, struct where where, struct fault *why);

/* Does root own it, and may nobody else write it? */
struct stat;
bool trusted_owner(const struct stat *status);

/*
 * Read a whole file that decides what root will do: policy, role and environment
 * files.  When the caller is root, the file and every folder on the way must be
 * owned by root and writable by nobody else (a root-owned sticky folder such as
 * /tmp counts), links on the way too; otherwise FAULT_USAGE.  At most @most
 * bytes; the text lives in @arena and a zero follows it.
 */
int trusted_read(const char *path, size_t most, struct arena *arena, const char **text,
	size_t *length, struct where where, struct fault *why);
