/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Where the loader of glibc looks for libraries. */

#include <stdbool.h>
#include <stddef.h>

struct host_witnesses;

/* The folders of /etc/ld.so.conf, then the built-in ones; each that exists, once.  What
 * they are taken from is added to @witnesses, in whose arena they live. */
const char **host_library_folders(struct host_witnesses *witnesses, size_t *count);

/*
 * One part of a DT_RUNPATH, with $ORIGIN (the folder of the file @of) and $LIB
 * filled in, to @folder.  False for what cannot be used: relative, too long, a
 * variable that is not known.
 */
bool host_expand_folder(const char *part, size_t length, const char *of, char *folder, size_t size);
