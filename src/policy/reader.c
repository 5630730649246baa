/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/reader.h"

#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/report.h"
#include "policy/node.h"
#include "policy/reader_refuse.h"
#include "policy/reading.h"
#include "policy/syntax.h"

enum { FEW_KEYS = 12 };

/* A list or map that is still open. */
struct level {
	struct policy_node *node, *last;
	const char *key; /* read, its value not yet */
	struct where key_where;
	uint16_t key_width;
	struct map *keys; /* once there are more than a few */
	unsigned count;
	bool bad_key; /* the value that follows belongs to no usable key */
	bool broken;  /* something in it was reported: say nothing about what it lacks */
};

struct read {
	struct policy_reading *reading;
	struct policy_text_source source;
	struct level levels[POLICY_DEPTH];
	unsigned depth;
	struct policy_node *top;
	unsigned documents;
	bool stop;
};

struct policy_node *policy_child(const struct policy_node *map, const char *key)
{
	policy_each(child, map) if (child->key && strcmp(child->key, key) == 0) return child;
	return NULL;
}

static struct where place(struct read *read, const yaml_mark_t *mark)
{
	return policy_source_place(&read->source, mark->line, mark->column);
}

static unsigned width_of(struct read *read, const yaml_event_t *event, struct where where)
{
	if (event->end_mark.line != event->start_mark.line)
		return 1;
	unsigned end = place(read, &event->end_mark).column;
	unsigned width = end > where.column ? end - where.column : 1;
	return width > UINT16_MAX ? UINT16_MAX : width;
}

static struct policy_node *find_key(struct level *level, const char *key)
{
	if (level->keys)
		return map_find(level->keys, key, strlen(key));
	policy_each(child, level->node) if (child->key == key) return child;
	return NULL;
}

static void remember_key(struct read *read, struct level *level, struct policy_node *node)
{
	if (++level->count == FEW_KEYS) {
		level->keys = map_new(read->reading->nodes);
		policy_each(child, level->node) *
			map_slot(level->keys, child->key, strlen(child->key)) = child;
	} else if (level->keys) {
		*map_slot(level->keys, node->key, strlen(node->key)) = node;
	}
}

/* Put @node where the text has it: into the open list or map, or on top. */
static void attach(struct read *read, struct policy_node *node)
{
	struct level *level = read->depth ? &read->levels[read->depth - 1] : NULL;

	if (!level) {
		if (!read->top)
			read->top = node;
		return;
	}
	if (level->node->kind == POLICY_MAP) {
		node->key = level->key;
		node->key_line = level->key_where.line;
		node->key_column = level->key_where.column;
		node->key_width = level->key_width;
		level->key = NULL;
		if (level->bad_key) {
			level->bad_key = false;
			return;
		}
	}
	if (level->last)
		level->last->next = node;
	else
		level->node->first = node;
	level->last = node;
	if (level->node->kind == POLICY_MAP)
		remember_key(read, level, node);
}

static bool awaits_key(const struct read *read)
{
	const struct level *level = read->depth ? &read->levels[read->depth - 1] : NULL;

	return level && level->node->kind == POLICY_MAP && !level->key;
}

static const char *bare_text(struct read *read, const yaml_event_t *event, struct where where)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;

	if (memchr(text, '\0', length))
		policy_error_at(read->reading, where, 1, "a word must not hold a zero byte");
	if (length > POLICY_WORD_BYTES) {
		policy_error_at(read->reading, where, 1, "a word of %zu bytes is too long", length);
		return "";
	}
	return text;
}

static void read_key(struct read *read, const yaml_event_t *event, struct where where)
{
	struct level *level = &read->levels[read->depth - 1];
	const char *text = bare_text(read, event, where);

	level->key = policy_word(read->reading, text);
	level->key_where = where;
	level->key_width = (uint16_t)width_of(read, event, where);
	level->bad_key = false;
	const struct policy_node *first = find_key(level, level->key);
	if (first) {
		report_other(policy_error_at(read->reading, where, level->key_width,
				     "'%s' is given twice", text),
			policy_key_where(first), "first given here");
		level->bad_key = true;
	} else if (strcmp(text, "<<") == 0 && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		policy_refuse_merge(read->reading, where);
		level->bad_key = true;
	}
}

static struct policy_node *new_node(struct read *read, enum policy_kind kind, struct where where)
{
	struct policy_node *node = arena_alloc(read->reading->nodes, sizeof(*node));

	node->kind = (uint8_t)kind;
	node->where = where;
	node->width = 1;
	return node;
}

static void read_word(struct read *read, const yaml_event_t *event)
{
	struct where where = place(read, &event->start_mark);

	policy_refuse_decoration(read->reading, (const char *)event->data.scalar.anchor,
		(const char *)event->data.scalar.tag, where);
	if (awaits_key(read)) {
		read_key(read, event, where);
		return;
	}
	struct policy_node *node = new_node(read, POLICY_WORD, where);
	node->text = arena_text(read->reading->arena, bare_text(read, event, where));
	node->width = (uint16_t)width_of(read, event, where);
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	attach(read, node);
}

static void read_alias(struct read *read, const yaml_event_t *event)
{
	struct where where = place(read, &event->start_mark);
	const char *name = (const char *)event->data.alias.anchor;

	policy_refuse_alias(read->reading, name, where, width_of(read, event, where));
	if (awaits_key(read)) {
		read->levels[read->depth - 1].key = policy_word(read->reading, name);
		read->levels[read->depth - 1].bad_key = true;
		return;
	}
	attach(read, new_node(read, POLICY_BROKEN, where));
}

/* "[::]:443" unquoted is a list as a key: the map that it stands in is beyond repair. */
static void refuse_key(struct read *read, struct where where)
{
	struct level *level = &read->levels[read->depth - 1];

	level->key = "";
	level->bad_key = true;
	level->broken = true;
	if (!policy_syntax_unquoted(read->reading, &read->source, where.line - 1))
		policy_refuse_long_key(read->reading, where);
}

static void open_level(struct read *read, const yaml_event_t *event, enum policy_kind kind)
{
	struct where where = place(read, &event->start_mark);
	bool map = kind == POLICY_MAP;

	policy_refuse_decoration(read->reading,
		(const char *)(map ? event->data.mapping_start.anchor
				   : event->data.sequence_start.anchor),
		(const char *)(map ? event->data.mapping_start.tag
				   : event->data.sequence_start.tag),
		where);
	if (read->depth == POLICY_DEPTH) {
		policy_error_at(read->reading, where, 1,
			"lists and maps stand more than %d deep inside each other", POLICY_DEPTH);
		read->stop = true;
		return;
	}
	struct policy_node *node = new_node(read, kind, where);
	if (awaits_key(read))
		refuse_key(read, where);
	else
		attach(read, node);
	read->levels[read->depth++] = (struct level){.node = node};
}

/* What was reported is not looked at again. */
static void close_level(struct read *read)
{
	struct level *level = &read->levels[--read->depth];

	if (!level->broken)
		return;
	level->node->kind = POLICY_BROKEN;
	level->node->first = NULL;
}

static void open_document(struct read *read, const yaml_event_t *event)
{
	struct where where = place(read, &event->start_mark);

	if (event->data.document_start.version_directive ||
		event->data.document_start.tag_directives.start !=
			event->data.document_start.tag_directives.end)
		policy_refuse_directives(read->reading, where);
	if (++read->documents == 1)
		return;
	policy_refuse_document(read->reading, where);
	read->stop = true;
}

static void read_event(struct read *read, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		open_document(read, event);
		break;
	case YAML_SCALAR_EVENT:
		read_word(read, event);
		break;
	case YAML_ALIAS_EVENT:
		read_alias(read, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_level(read, event, POLICY_LIST);
		break;
	case YAML_MAPPING_START_EVENT:
		open_level(read, event, POLICY_MAP);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_level(read);
		break;
	case YAML_STREAM_END_EVENT:
		read->stop = true;
		break;
	default:
		break;
	}
}

struct policy_node *policy_read(
	struct policy_reading *reading, const char *file, const char *text, size_t length)
{
	struct read read = {.reading = reading};
	yaml_parser_t parser;
	yaml_event_t event;
	bool good = true;

	if (!policy_source_open(&read.source, reading, file, text, length))
		return NULL;
	if (!yaml_parser_initialize(&parser)) {
		policy_error_at(reading, (struct where){file, 0, 0}, 0, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&parser, (const unsigned char *)read.source.text, read.source.length);
	while (good && !read.stop) {
		good = yaml_parser_parse(&parser, &event);
		if (good) {
			read_event(&read, &event);
			yaml_event_delete(&event);
		} else {
			policy_syntax_error(reading, &read.source, &parser);
		}
	}
	yaml_parser_delete(&parser);
	if (good && !read.top)
		policy_error_at(reading, (struct where){file, 0, 0}, 0, "the file is empty");
	return good && read.depth == 0 ? read.top : NULL;
}
