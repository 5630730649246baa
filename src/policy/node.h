/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The text of a policy as a light tree: words, lists and maps, each with its
 * place.  It lives only while a policy is being read; what the model keeps are
 * the texts, which are in the policy's own arena.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/where.h"

enum policy_kind {
	POLICY_WORD,
	POLICY_LIST,
	POLICY_MAP,
	POLICY_BROKEN, /* already reported: say nothing more about it */
};

struct policy_node {
	const char *text; /* of a word */
	const char *key;  /* in a map; NULL in a list */
	struct policy_node *first, *next;
	struct where where;
	unsigned key_line, key_column;
	uint16_t width, key_width; /* bytes to underline */
	uint8_t kind;              /* enum policy_kind */
	bool plain;                /* written without quotes */
};

/* Every child of a list or map, in the order of the text. */
#define policy_each(child, node)                                                                   \
	for (struct policy_node *child = (node)->first; child; child = child->next)

static inline struct where policy_key_where(const struct policy_node *node)
{
	return (struct where){node->where.file, node->key_line, node->key_column};
}

/* The child called @key, or NULL.  For maps with few keys. */
struct policy_node *policy_child(const struct policy_node *map, const char *key);
