/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The keeper of a drill: a process that waits until the drill ends, however it
 * ends, and removes what the drill has made outside of itself: its scratch
 * folder, objects that outlive their makers, files that an attempt could not
 * remove or had no time to, and launches in their cgroups.
 */

struct drill_world;
struct fault;

/* From here on everything that @world names is removed at its end. */
int drill_keeper_start(struct drill_world *world, struct fault *why);

/* The calling process launches for the drill: the keeper waits for its end first. */
void drill_keeper_mind(const struct drill_world *world);

/* Let the keeper do its work; returns when it is done. */
void drill_keeper_end(struct drill_world *world);

/* Remove files of the names that attempts give, wherever one may have made them. */
void drill_sweep(const struct drill_world *world);
