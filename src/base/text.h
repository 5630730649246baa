/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Small questions about strings, asked all over the house. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_equal(const char *left, const char *right); /* NULL equals only NULL */
bool text_starts(const char *text, const char *prefix);

/* Is @path @folder itself or beneath it?  Both absolute and without "..". */
bool text_path_within(const char *path, const char *folder);

/* What stands behind the last slash of @path; all of it when there is none.  Borrowed. */
const char *text_base_name(const char *path);

/* A whole decimal number without sign, 0 to @most; false for anything else. */
bool text_number(const char *text, uint64_t most, uint64_t *number);

/*
 * The one of @count names that is nearest to @word, for "did you mean", or NULL
 * when none is near (more than a third of the word would have to change).  Small
 * and capital letters are alike; a name that @word begins is near to it.
 */
const char *text_nearest(const char *word, const char *const *names, size_t count);

/* Of an array of texts, for qsort(3): by their bytes. */
int text_compare(const void *left, const void *right);
