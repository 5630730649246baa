/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A network where every address is near: what a service would meet if nothing held it back. */

struct drill_world;
struct fault;

/* Enter a new network in which every address is this machine's own.  0 or a negative errno. */
int drill_everywhere(struct fault *why);

/*
 * Such a network for launches without the network layer, in which somebody listens wherever the
 * drill's attempts go: world->everywhere, a descriptor that its maker closes.
 */
int drill_everywhere_open(struct drill_world *world, struct fault *why);
