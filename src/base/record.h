/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Plain structs as JSON and back, by table.
 *
 * A record_type says for each field of a struct its name, kind and offset; one
 * writer and one reader then serve the plan, the host description and the
 * state of a running stack.  What is written reads back to the same bytes.
 * Reading is strict: an unknown name, a wrong type, a number out of range or a
 * missing field is a fault that names the path of the field.  record.c writes and
 * compares, record_read.c reads.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct record_type;

enum record_kind {
	RECORD_TEXT,   /* const char *; NULL is left out */
	RECORD_BOOL,   /* bool */
	RECORD_INT,    /* int */
	RECORD_U32,    /* uint32_t */
	RECORD_U64,    /* uint64_t; written as a JSON integer up to 2^63-1, else as "0x…" */
	RECORD_ENUM,   /* an enum of int size; names[] by value */
	RECORD_WHERE,  /* struct where, as "file:line:column"; without a file left out */
	RECORD_STRUCT, /* a struct inside, of `type` */
	RECORD_LIST,   /* pointer + size_t count of structs of `type` */
	RECORD_TEXTS,  /* const char ** + size_t count */
	RECORD_U32S,   /* uint32_t * + size_t count */
};

struct record_field {
	const char *name;
	enum record_kind kind;
	size_t offset;
	size_t count_offset;            /* RECORD_LIST, RECORD_TEXTS, RECORD_U32S */
	const struct record_type *type; /* RECORD_STRUCT, RECORD_LIST */
	const char *const *names;       /* RECORD_ENUM */
	size_t name_count;
};

struct record_type {
	const char *name;
	size_t size;
	const struct record_field *fields;
	size_t field_count;
};

/* Rows of a field table.  The formatter would take their braces for those of a block. */
/* clang-format off */
#define RECORD_ITEM(struct_type, kind, field) \
	{#field, kind, offsetof(struct_type, field), 0, NULL, NULL, 0}
#define RECORD_ITEM_ENUM(struct_type, field, names) \
	{#field, RECORD_ENUM, offsetof(struct_type, field), 0, NULL, names, \
		sizeof(names) / sizeof((names)[0])}
#define RECORD_ITEM_STRUCT(struct_type, field, type) \
	{#field, RECORD_STRUCT, offsetof(struct_type, field), 0, type, NULL, 0}
#define RECORD_ITEM_LIST(struct_type, field, count, type) \
	{#field, RECORD_LIST, offsetof(struct_type, field), offsetof(struct_type, count), type, \
		NULL, 0}
#define RECORD_ITEM_ARRAY(struct_type, kind, field, count) \
	{#field, kind, offsetof(struct_type, field), offsetof(struct_type, count), NULL, NULL, 0}
#define RECORD_TYPE(struct_type, table) \
	{#struct_type, sizeof(struct_type), table, sizeof(table) / sizeof((table)[0])}
/* clang-format on */

/* @record as JSON text with two-space indent and fields in table order; freed by the caller. */
char *record_write(const struct record_type *type, const void *record);

/* The same for programs: in one line, without the fields that are false, zero, empty or the first
 * of their words.  record_read_older() reads it. */
char *record_write_brief(const struct record_type *type, const void *record);

/* Do both say the same?  The lines that it comes from (RECORD_WHERE) may differ. */
bool record_same(const struct record_type *type, const void *left, const void *right);

/* Read @length bytes of JSON into @record (zeroed first); strings and lists live in @arena.
 * @name is what messages call the text. */
int record_read(const struct record_type *type, struct arena *arena, const char *name,
	const char *json, size_t length, void *record, struct fault *why);

/* The same of what is brief, or an older program wrote: a field that is not there stays zero. */
int record_read_older(const struct record_type *type, struct arena *arena, const char *name,
	const char *json, size_t length, void *record, struct fault *why);
