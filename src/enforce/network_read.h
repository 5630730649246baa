/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What routing netlink says of the namespace that the caller is in, one line
 * for each link, address, route and rule, so that it can be compared:
 *
 *     link eth0 up
 *     address eth0 198.18.4.2/32
 *     route 198.18.4.3/32 dev eth0 table 254
 *     route unreachable 198.18.4.0/24 metric 9 table 254
 *     rule 1000 mark 1 table 100 family 2
 *     class eth0 1 rate 250000
 */

#include <stddef.h>

#include "base/where.h"

struct arena;
struct fault;

struct enforce_network_lines {
	const char **texts;
	size_t count;
	struct arena *arena; /* the lines live in it */
};

void enforce_network_line(struct enforce_network_lines *lines, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Routes of table local that the kernel keeps by itself are left out. */
int enforce_network_read(
	struct enforce_network_lines *lines, struct where where, struct fault *why);

/* Is @text among the lines? */
int enforce_network_has(const struct enforce_network_lines *lines, const char *text);

/* A route, but the default, by which something of @prefix goes elsewhere than to @link; or NULL. */
const char *enforce_network_overlap(
	const struct enforce_network_lines *lines, const char *prefix, const char *link);

/* 0: the same lines, in any order; 1: not, with the first difference in @why. */
int enforce_network_lines_compare(struct enforce_network_lines *planned,
	struct enforce_network_lines *found, struct where where, struct fault *why);
