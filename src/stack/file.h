/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Files and folders of a stack's state. */

#include <stddef.h>
#include <sys/types.h>

struct fault;

/* Replace file @name in @folder as one step: readers see the old or the new text. */
int stack_file_write(int folder, const char *name, const void *data, size_t length, mode_t mode,
	struct fault *why);

/* Open folder @name beneath @parent (AT_FDCWD for an absolute one), making it with @mode and
 * the caller's ids when it is missing.  A link is refused.  Returns the descriptor. */
int stack_folder_make(int parent, const char *name, mode_t mode, struct fault *why);

/* Remove folder @name of @parent and all that is in it.  Follows no link; enters no mount. */
int stack_folder_remove(int parent, const char *name, struct fault *why);
