/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Scratch data of a throw-away launch: for each path of the host that a stack has
 * data at, an empty folder or a file that nobody misses, beneath one folder and by
 * the same path.  The view takes them in place of the data; where the view is left
 * out they cover the data in the host's tree, as the launch has it.
 */

#include <stdbool.h>
#include <stddef.h>

struct enforce_launch;
struct fault;

struct enforce_stand_ins {
	const char *folder; /* root's */
	const char **paths; /* of the host, a folder before what lies in it */
	size_t count;
};

/* Is there a stand-in for @source? */
bool enforce_stood_in(const struct enforce_stand_ins *stand_ins, const char *source);

/* Put all of them over what they stand for; when the mounts are private. */
int enforce_cover_data(struct enforce_launch *launch, struct fault *why);
