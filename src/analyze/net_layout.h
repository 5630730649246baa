/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where everything of a graph stands in its picture: services in columns, so that edges lead to the
 * right as far as they can, and what leads from one to another as a bundle with a line of text for
 * each edge.  A bundle begins at a height of its own, where its text has room.
 */

#include <stdbool.h>
#include <stddef.h>

struct analyze_net;
struct arena;

struct net_box {
	const char *name;
	bool service;
	size_t column;
	int x, y, height;
	int out, in; /* so much of its sides is taken by bundles */
	size_t ins;  /* how many come in */
	long weight; /* where it should stand in its column, by who leads to it */
	enum { NET_NEW, NET_OPEN, NET_DONE } state;
};

struct net_bundle {
	struct net_box *from, *to; /* `to` NULL: nowhere, somebody tried to listen */
	bool denied;
	bool back; /* to where it comes from in a circle: no reason to stand further to the right */
	const char **texts,
		**tips; /* a line for each edge, and the policy's for who points at it */
	size_t text_count, tip_count;
	int leaves, arrives; /* heights */
};

struct net_layout {
	struct net_box *boxes;
	size_t box_count;
	struct net_bundle *bundles;
	size_t bundle_count;
	int width, height;
};

enum { NET_BOX = 150, NET_TEXT = 215, NET_GAP = 320, NET_LINE = 15, NET_EDGE = 30, NET_HEAD = 56 };

struct net_layout *analyze_net_layout(const struct analyze_net *net, struct arena *arena);

/* Its second half (net_place.c): the columns, heights and widths of what is in @layout. */
void analyze_net_place(struct net_layout *layout, struct arena *arena);
