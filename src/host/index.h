/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Answers by name: a stack of thousands of services asks for tens of thousands of
 * paths, each several times.  The index follows the answers as they are added.
 */

#include <stddef.h>

struct arena;
struct host;
struct host_index;

enum host_list { HOST_USERS, HOST_GROUPS, HOST_PATHS, HOST_PROGRAMS, HOST_IDS, HOST_LISTS };

/* Let @host be looked up by an index from now on; it lives in @arena as the answers do. */
void host_index_new(struct host *host, struct arena *arena);

/* The first item of @list called @name, or NULL; one by one where there is no index. */
const void *host_index_find(const struct host *host, enum host_list list, const char *name);
