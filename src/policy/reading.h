/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A policy being read: what all its readers share, and how they complain.
 *
 * Readers never stop at a mistake: they report it and go on, so that one run
 * shows everything.  Past POLICY_ERRORS mistakes are only counted.
 * complain.c says what is wrong, reading.c reads what all values have in common.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/report.h"
#include "base/where.h"
#include "policy/key.h"
#include "policy/policy.h"

struct arena;
struct map;
struct policy_draft;
struct policy_node;

enum { POLICY_ERRORS = 100 }; /* mistakes shown in one run */

/* A file that is not on disk: for the fuzzer and for tests. */
struct policy_input {
	const char *name, *text;
	size_t length;
};

struct policy_reading {
	struct arena *arena; /* of the policy */
	struct arena *nodes; /* gone when the load ends */
	struct report *report;
	struct policy_options *options;
	struct policy *policy;
	struct map *words;           /* keys, each once */
	struct map *variables;       /* name to node */
	struct map *roles;           /* path to role */
	struct map *services;        /* name to draft */
	struct map *scratch;         /* for whoever needs one and calls nobody who does */
	struct policy_draft *drafts; /* of services, in the order of the text */
	size_t draft_count;
	const struct policy_input *inputs; /* when set, nothing is read from disk */
	size_t input_count;
	bool in_role; /* the file being read is a role */
	bool alone;   /* there is no policy but the role */
	bool in_without;
	const char *form;        /* of the innermost key being read that has one (policy/key.h) */
	unsigned depth;          /* of includes and roles */
	size_t errors, warnings; /* found by this reading, shown or not */
};

/* Complain.  Never NULL: past the cap the entry is one that nobody sees. */
struct report_entry *policy_error_at(struct policy_reading *reading, struct where where,
	unsigned width, const char *format, ...) __attribute__((format(printf, 4, 5)));
struct report_entry *policy_error(struct policy_reading *reading, const struct policy_node *node,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
struct report_entry *policy_key_error(
	struct policy_reading *reading, const struct policy_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "did you mean 'x'?", when one of @names is near to @word. */
void policy_did_you_mean(struct policy_reading *reading, struct report_entry *entry,
	const char *word, const char *const *names, size_t count);

/* "write job: {every: 1h} …": how the key being read is written, when its table says. */
void policy_show_form(struct policy_reading *reading, struct report_entry *entry);

/* The one copy of @text, so that equal keys are the same pointer. */
const char *policy_word(struct policy_reading *reading, const char *text);
const char *policy_copy(struct policy_reading *reading, const char *text);

/*
 * Note that @key, at @where, is asked for.  A key that this version does not
 * enforce is a warning, or an error when the policy is to be enforced.
 */
void policy_use(
	struct policy_reading *reading, enum policy_key key, struct where where, unsigned width);

/* One key of a map: what reads its value into `into`. */
struct policy_field {
	const char *name;
	enum policy_key key;
	void (*read)(struct policy_reading *reading, const struct policy_node *value, void *into);
};

/*
 * Give each key of @node to its reader.  @what names the map in messages ("a
 * service").  False when @node is not a map.
 */
bool policy_fields(struct policy_reading *reading, const struct policy_node *node, const char *what,
	const struct policy_field *fields, size_t count, void *into);
#define POLICY_FIELDS(reading, node, what, fields, into)                                           \
	policy_fields(reading, node, what, fields, sizeof(fields) / sizeof((fields)[0]), into)

/* Is @node a list?  Else complain and say how to write one. */
bool policy_is_list(struct policy_reading *reading, const struct policy_node *node);

/* The value as text, variables put in; NULL when it is not a word, was empty or wrong.
 * Where empty is allowed: policy_any_text() (policy/variable.h). */
const char *policy_scalar(struct policy_reading *reading, const struct policy_node *node);

/* What messages call @node: its key in quotes, or "an item". */
const char *policy_label(struct policy_reading *reading, const struct policy_node *node);

/* A text, and a list of texts. */
void policy_read_text(
	struct policy_reading *reading, const struct policy_node *node, struct policy_text *text);
void policy_read_texts(
	struct policy_reading *reading, const struct policy_node *node, struct policy_texts *texts);
