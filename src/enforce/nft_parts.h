/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The named parts of a table, for nft_difference.c alone. */

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct nft_lines {
	const char **texts;
	size_t count;
};

struct nft_part {
	const char *kind, *name; /* "set", "edges4" */
	struct nft_lines about;  /* what it is: type, flags, hook */
	struct nft_lines held;   /* elements, sorted and each once; or rules, in their order */
};

struct nft_parts {
	const char *table;      /* "inet bulkhead" */
	struct nft_part *parts; /* by kind and name */
	size_t count;
};

/* Take @text apart, into @arena; false: it is no text of a table as enforce/network_rules.h has it.
 */
bool enforce_nft_parts(const char *text, struct arena *arena, struct nft_parts *parts);

/* By kind and name, as they are sorted. */
int enforce_nft_part_compare(const void *left, const void *right);

bool enforce_nft_lines_same(const struct nft_lines *left, const struct nft_lines *right);
