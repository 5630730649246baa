/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The id maps of a user namespace made to try something. */

#include <sys/types.h>

/*
 * Write the maps of @child's user namespace: as root several extents, as the
 * launch does, else the caller's own id as 0.  0 or -errno.
 */
int host_write_maps(pid_t child);
