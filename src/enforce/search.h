/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Who may be reached at which ports, as steps of a program (enforce/program.h) that halve what is
 * left to look at: of a thousand edges it takes some ten comparisons for the last word of the
 * address, and as many for the port.
 *
 * They branch on two registers that nothing else reads, which hold what is searched for once more:
 * what the kernel's verifier learns of these on its way goes with them, so that all ways that find
 * nothing are one to it.  Steps grow with the items, and so does what the verifier looks at.
 */

#include <stddef.h>
#include <stdint.h>

#include "plan/service.h"

struct enforce_program;

enum { ENFORCE_SEARCH_BEFORE = 3 };

/* One address at some ports. */
struct enforce_search_item {
	/* Its words before the last one, of whatever order. */
	uint32_t before[ENFORCE_SEARCH_BEFORE];
	uint32_t word; /* the last one, as a number */
	/* Numbers that are made of the protocol and the port (enforce_search_door()). */
	uint32_t first, last;
	uint32_t found; /* the caller's: what to do */
};

/* How a program searches. */
struct enforce_search {
	/* The registers with the last word and the port.  Both are lost. */
	unsigned char word, port;
	/* Where the words before the last are not those of @item, leave out @steps that follow
	 * these; then load both registers with copies that the verifier cannot tie to where they
	 * came from (a copy alone is tied; any arithmetic but an addition unties it).  It may be
	 * called more than once. */
	void (*begin)(struct enforce_program *program, const void *context,
		const struct enforce_search_item *item, short steps);
	/* What is done when @item is found; the last of it ends the program. */
	void (*found)(struct enforce_program *program, const void *context,
		const struct enforce_search_item *item);
	const void *context;
};

/* A port of its protocol in one number, as enforce_program_pair() makes it of both. */
uint32_t enforce_search_door(enum plan_transport transport, uint32_t port);

/* Search among @items, which get sorted, and of which those that say the same are joined.  When
 * nothing is found the program goes on behind these steps. */
void enforce_search(struct enforce_program *program, const struct enforce_search *search,
	struct enforce_search_item *items, size_t count);
