/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From one table to another: pure, nothing is loaded here.
 *
 * A table's text is taken apart into sets, chains and whatever else has a name; what it says is
 * never looked at.  What is the same in both is not touched, so that a set keeps what packets have
 * put into it, an element its counter, a limit its tokens.  What only one of them has is made or
 * taken away, of a set its elements one by one; a chain whose rules are others is written anew.
 */

struct arena;

/* What makes of the table with the text @before the one with the text @after, as one transaction:
 * text for enforce_nft_load(), in @arena, "" when both are the same.  NULL: they are not of one
 * table, or cannot be taken apart. */
const char *enforce_nft_difference(const char *before, const char *after, struct arena *arena);
