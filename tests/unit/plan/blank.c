/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "blank.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"

enum { DEPTH = 64 };

/* A word, list or map of the text. */
struct item {
	struct item *parent; /* a list or map; NULL: the top */
	struct item *key;    /* of the entry whose value this is */
	const char *word;
	size_t start, end; /* a block ends with its last word */
	size_t count;      /* of items or entries in it */
	bool map, flow, is_key;
};

struct tree {
	const char *text;
	struct arena *arena;
	struct item **items;
	size_t count;
	struct item *open[DEPTH];
	struct item *keys[DEPTH]; /* of each open map: the key that waits for its value */
	size_t depth, written;    /* written: where the last word or bracket ended */
};

/* libyaml counts characters, origins count bytes. */
static size_t offset_of(const char *text, const yaml_mark_t *mark)
{
	const char *at = text;

	for (size_t line = 0; line < mark->line; line++)
		at = strchr(at, '\n') + 1;
	for (size_t column = 0; column < mark->column; column++)
		for (at++; ((unsigned char)*at & 0xc0) == 0x80; at++)
			;
	return (size_t)(at - text);
}

static struct item *add(struct tree *tree, const yaml_event_t *event)
{
	struct item *item = arena_alloc(tree->arena, sizeof(*item));
	struct item **place = arena_append(tree->arena, &tree->items, &tree->count, sizeof(*place));
	struct item *parent = tree->depth ? tree->open[tree->depth - 1] : NULL;

	*place = item;
	item->start = offset_of(tree->text, &event->start_mark);
	item->parent = parent;
	if (!parent)
		return item;
	struct item **key = &tree->keys[tree->depth - 1];
	if (parent->map && !*key) {
		item->is_key = true;
		*key = item;
		return item;
	}
	parent->count++;
	item->key = *key;
	*key = NULL;
	return item;
}

static void open_item(struct tree *tree, const yaml_event_t *event, bool map, bool flow)
{
	struct item *item = add(tree, event);

	item->map = map;
	item->flow = flow;
	tree->keys[tree->depth] = NULL;
	tree->open[tree->depth++] = item;
}

static void close_item(struct tree *tree, const yaml_event_t *event)
{
	struct item *item = tree->open[--tree->depth];

	/* To libyaml a block ends where the next token begins. */
	if (item->flow)
		tree->written = offset_of(tree->text, &event->end_mark);
	item->end = tree->written;
}

static void read_event(struct tree *tree, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT: {
		struct item *item = add(tree, event);

		item->word = arena_text(tree->arena, (const char *)event->data.scalar.value);
		item->end = tree->written = offset_of(tree->text, &event->end_mark);
		break;
	}
	case YAML_SEQUENCE_START_EVENT:
		open_item(tree, event, false,
			event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
		break;
	case YAML_MAPPING_START_EVENT:
		open_item(tree, event, true,
			event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_item(tree, event);
		break;
	default:
		break;
	}
}

static bool read_tree(struct tree *tree)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	if (!yaml_parser_initialize(&parser))
		return false;
	yaml_parser_set_input_string(
		&parser, (const unsigned char *)tree->text, strlen(tree->text));
	while (more && yaml_parser_parse(&parser, &event)) {
		more = event.type != YAML_STREAM_END_EVENT;
		read_event(tree, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return !more;
}

/* The value of key @key, which was read after it. */
static struct item *value_of(const struct tree *tree, const struct item *key)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->items[i]->key == key)
			return tree->items[i];
	return NULL;
}

/* The innermost item there: a block map begins where its first key does.  Places inside a word
 * (a name in an assertion) stand for the word. */
static struct item *find(const struct tree *tree, size_t offset)
{
	for (size_t i = tree->count; i-- > 0;) {
		struct item *item = tree->items[i];

		if (item->start == offset ||
			(item->word && item->start < offset && offset < item->end))
			return item->is_key ? value_of(tree, item) : item;
	}
	return NULL;
}

static bool is_command(const struct item *item)
{
	return item->key && strcmp(item->key->word, "command") == 0;
}

/* What stands or falls with @item. */
static struct item *whole(struct item *item)
{
	struct item *above = item->parent;

	while (above && above->parent) {
		bool form = above->map && above->parent && !above->parent->map;

		if (!form && !is_command(above) && above->count > 1)
			break;
		item = above;
		above = item->parent;
	}
	return item;
}

static void wipe(char *text, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++)
		if (text[i] != '\n')
			text[i] = ' ';
}

/* The comma behind an item of a flow; the one before may stay. */
static void wipe_comma(char *text, size_t end)
{
	size_t comma = end + strspn(text + end, " \n");

	if (text[comma] == ',')
		text[comma] = ' ';
}

static void wipe_dash(char *text, size_t start)
{
	while (text[start] != '-')
		start--;
	text[start] = ' ';
}

static size_t place_of(const char *text, unsigned line, unsigned column)
{
	const char *at = text;

	for (unsigned i = 1; at && i < line; i++)
		at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
	return at ? (size_t)(at - text) + column - 1 : SIZE_MAX;
}

/* What would go with the item at @offset, or NULL. */
static struct item *find_whole(struct tree *tree, size_t offset)
{
	struct item *item = find(tree, offset);

	return item && item->parent ? whole(item) : NULL;
}

static size_t start_of(const struct item *item)
{
	return item->key ? item->key->start : item->start;
}

char *blank_item(const char *text, unsigned line, unsigned column, struct arena *arena)
{
	struct tree tree = {.text = text, .arena = arena};

	if (!read_tree(&tree))
		return NULL;
	struct item *item = find_whole(&tree, place_of(text, line, column));
	if (!item)
		return NULL;
	char *changed = arena_text(arena, text);
	wipe(changed, start_of(item), item->end);
	if (item->parent->flow)
		wipe_comma(changed, item->end);
	else if (!item->parent->map)
		wipe_dash(changed, item->start);
	return changed;
}

static const char *keys_of(const struct tree *tree, const struct item *item)
{
	const char *keys = "/";

	for (; item; item = item->parent)
		if (item->key)
			keys = arena_printf(tree->arena, "/%s%s", item->key->word, keys);
	return keys;
}

static struct blank_item describe(const struct tree *tree, const struct item *item)
{
	struct blank_item found = {.line = 1, .column = 1};

	found.start = start_of(item);
	found.end = item->end;
	found.keys = keys_of(tree, item);
	for (size_t i = 0; i < found.start; i++) {
		found.column = tree->text[i] == '\n' ? 1 : found.column + 1;
		found.line += tree->text[i] == '\n';
	}
	return found;
}

struct blank_item blank_find(const char *text, unsigned line, unsigned column, struct arena *arena)
{
	struct tree tree = {.text = text, .arena = arena};
	struct item *item =
		read_tree(&tree) ? find_whole(&tree, place_of(text, line, column)) : NULL;

	return item ? describe(&tree, item) : (struct blank_item){0};
}

struct blank_item *blank_items(const char *text, struct arena *arena, size_t *count)
{
	struct tree tree = {.text = text, .arena = arena};
	struct blank_item *items = NULL;

	*count = 0;
	if (!read_tree(&tree))
		return NULL;
	for (size_t i = 0; i < tree.count; i++) {
		struct item *item = tree.items[i];

		if (item->is_key || !item->parent || whole(item) != item)
			continue;
		struct blank_item *found = arena_append(arena, &items, count, sizeof(*found));
		*found = describe(&tree, item);
	}
	return items;
}
