/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From the bytes of one file to nodes: a single pass over the events of the
 * YAML library, never its documents.
 *
 * What YAML has and the language has not (anchors, aliases, tags, merge keys, a
 * second document, complex keys) is an error here, so that nothing further down
 * can meet it.
 */

#include <stddef.h>

struct policy_node;
struct policy_reading;

enum {
	POLICY_FILE_BYTES = 100 * 1024 * 1024, /* the largest file that is read */
	POLICY_DEPTH = 24,                     /* lists and maps inside each other */
	POLICY_WORD_BYTES = 128 * 1024,        /* the longest word: what execve(2) takes */
};

/*
 * Read @length bytes called @file; both stay borrowed.  Returns the top node, or
 * NULL when the text is not YAML or holds nothing: then an error was reported.
 */
struct policy_node *policy_read(
	struct policy_reading *reading, const char *file, const char *text, size_t length);
