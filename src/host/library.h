/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The libraries that ELF files need, found as the loader of glibc would:
 * DT_RPATH, DT_RUNPATH, the folders of /etc/ld.so.conf, the built-in folders.
 * Nothing is executed.  What programs dlopen() by themselves is not in here:
 * roles list those folders under `files.load`.
 */

#include <stdbool.h>
#include <stddef.h>

#include "host/link.h"

struct arena;
struct host_elf;
struct host_program;

/* Folders to search and files already read; one serves all questions of a run. */
struct host_search;
struct host_search *host_search_new(struct arena *arena);

/* All that was read or searched by it. */
struct host_witnesses;
struct host_witnesses *host_search_witnesses(struct host_search *search);

/* What one program or load folder needs, while it is collected. */
struct host_closure {
	struct host_search *search;
	struct host_object **objects; /* each library once */
	size_t object_count;
	struct host_links links;
	bool partial; /* a library that is nowhere is left out, not a failure */
};

/*
 * Add what @elf, the file at @path, needs (not the file itself).  0, or a
 * negative errno with *@why saying which library is missing or damaged.
 */
int host_closure_add(struct host_closure *closure, const char *path, const struct host_elf *elf,
	const char **why);

/* Write the result into @program, sorted; files beneath @except (or NULL) are left out. */
void host_closure_finish(
	const struct host_closure *closure, const char *except, struct host_program *program);
