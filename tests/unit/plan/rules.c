/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/text.h"
#include "plan/plan.h"
#include "rule_text.h"

enum { TYPES = 32 };

/* Fields that are rules by themselves, with the field that holds their origin; without one, the
 * struct's own origin. */
static const struct {
	const char *type, *field, *origin;
} single[] = {
	{"struct plan", "stack", NULL},
	{"struct plan_network", "prefix4", "prefix4_where"},
	{"struct plan_network", "router4", "prefix4_where"},
	{"struct plan_network", "prefix6", "prefix6_where"},
	{"struct plan_network", "router6", "prefix6_where"},
	{"struct plan_network", "host_link", "door_where"},
	{"struct plan_network", "host4", "prefix4_where"},
	{"struct plan_network", "router_id", NULL},
	{"struct plan_network", "gateway_id", NULL},
	{"struct plan_network", "supervisor_id", NULL},
	{"struct plan_service", "name", NULL},
	{"struct plan_service", "role", NULL},
	{"struct plan_service", "base", NULL},
	{"struct plan_service", "program", "command_where"},
	{"struct plan_service", "arguments", "command_where"},
	{"struct plan_service", "workdir", "workdir_where"},
	{"struct plan_service", "write_execute", "write_execute_where"},
	{"struct plan_service", "card_data", "card_data_where"},
	{"struct plan_service", "view_closes", "view_closes_where"},
	{"struct plan_life", "restart", "restart_where"},
	{"struct plan_life", "stop_signal", "stop_signal_where"},
	{"struct plan_life", "stop_seconds", "stop_seconds_where"},
	{"struct plan_life", "reload_signal", "reload_where"},
	{"struct plan_life", "reload_command", "reload_where"},
};

/* Fields that say once more what rules with an origin say, or what the host gives. */
static const struct {
	const char *type, *field;
} derived[] = {
	{"struct plan", "version"}, {"struct plan", "arch"},
	{"struct plan_network", "outlet_id"},       /* host edges */
	{"struct plan_network", "resolver_id"},     /* edges to names */
	{"struct plan_service", "instance"},        /* its place among its like */
	{"struct plan_service", "forks"},           /* clone and fork among the calls */
	{"struct plan_service", "mdwe"},            /* the host */
	{"struct plan_service", "memfd_noexec"},    /* the host */
	{"struct plan_service", "namespaces_held"}, /* the host */
	{"struct plan_service", "ports_held"},      /* the host */
	{"struct plan_service", "linked"},          /* listens, edges, publishes */
	{"struct plan_service", "default_route"},   /* publishes */
	{"struct plan_service", "link"},            /* its place among the services */
	{"struct plan_service", "address4"}, {"struct plan_service", "address6"},
	{"struct plan_landlock", "used"}, /* the host; CONNECT: edges */
	{"struct plan_landlock", "abi"}, {"struct plan_landlock", "handled_files"},
	{"struct plan_landlock", "handled_net"}, {"struct plan_landlock", "scoped"},
	{"struct plan_identity", "groups"}, /* gids */
	{"struct plan_identity", "drops"},  /* SETUID among the capabilities */
};

/* What a rule is about, where that is not its first field. */
static const struct {
	const char *type, *field;
} keys[] = {
	{"struct plan_node", "target"},
	{"struct plan_ending", "name"},
	{"struct plan_rlimit", "name"},
	{"struct plan_extent", NULL},
	{"struct plan_gap", "feature"},
	{"struct plan_identity", NULL},
	{"struct plan_probe", NULL},
	{"struct plan_job", NULL},
};

struct type_parts {
	const struct record_type *type;
	uint64_t parts;
};

struct collector {
	struct arena *arena;
	struct rule_text text;
	struct type_parts types[TYPES];
	size_t type_count;
	struct rules rules;
	const char *service;
	const char *unknown;
};

static bool has_origin(const struct record_type *type)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (text_equal(type->fields[i].name, "where"))
			return true;
	return false;
}

static const void *field_at(const struct record_type *type, const void *record, const char *name)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (text_equal(type->fields[i].name, name))
			return (const char *)record + type->fields[i].offset;
	return NULL;
}

static bool is_derived(const struct record_type *type, const struct record_field *field)
{
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (text_equal(derived[i].type, type->name) &&
			text_equal(derived[i].field, field->name))
			return true;
	return false;
}

/* Neither the origin nor a list of rules of their own. */
static bool part_of_rule(const struct record_type *type, const struct record_field *field)
{
	return !text_equal(field->name, "where") && field->kind != RECORD_STRUCT &&
	       !(field->kind == RECORD_LIST && has_origin(field->type)) && !is_derived(type, field);
}

/* The fields that are parts of rules of @type, one bit each: looked up for every rule. */
static uint64_t parts_of(struct collector *collector, const struct record_type *type)
{
	for (size_t i = 0; i < collector->type_count; i++)
		if (collector->types[i].type == type)
			return collector->types[i].parts;
	struct type_parts *known = &collector->types[collector->type_count++];

	if (collector->type_count == TYPES || type->field_count > 64)
		abort();
	*known = (struct type_parts){type, 0};
	for (size_t i = 0; i < type->field_count; i++)
		if (part_of_rule(type, &type->fields[i]))
			known->parts |= UINT64_C(1) << i;
	return known->parts;
}

static const char *print_rule(
	struct collector *collector, const struct record_type *type, const void *record)
{
	struct rule_text *text = &collector->text;
	uint64_t parts = parts_of(collector, type);

	text->length = 0;
	for (size_t i = 0; i < type->field_count; i++) {
		if (!(parts >> i & 1))
			continue;
		rule_text_add(text, type->fields[i].name);
		rule_text_add(text, "=");
		rule_text_value(text, &type->fields[i], record);
		rule_text_add(text, "; ");
	}
	return arena_text_length(collector->arena, text->bytes, text->length);
}

static const char *key_of(
	struct collector *collector, const struct record_type *type, const char *text)
{
	const char *name = type->fields[0].name;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (text_equal(keys[i].type, type->name))
			name = keys[i].field;
	if (!name)
		return "";
	const struct rule whole = {.text = text};
	return rules_field(&whole, name, collector->arena);
}

static void add_rule(struct collector *collector, const char *kind, const char *key,
	const char *text, const struct where *where)
{
	struct rule *rule = arena_append(
		collector->arena, &collector->rules.items, &collector->rules.count, sizeof(*rule));

	*rule = (struct rule){collector->service, kind, key, text, *where};
}

static void add_struct(struct collector *collector, const char *kind,
	const struct record_type *type, const void *record)
{
	const char *text = print_rule(collector, type, record);
	const char *const *of = field_at(type, record, "service");
	const char *outer = collector->service;

	/* Some rules of the stack are a service's. */
	if (!outer[0] && of && *of)
		collector->service = *of;
	add_rule(collector, kind, key_of(collector, type, text), text,
		field_at(type, record, "where"));
	collector->service = outer;
}

/* The single rules of a struct that is a frame for others: the plan, a service. */
static bool add_single(struct collector *collector, const struct record_type *type,
	const struct record_field *field, const void *record)
{
	struct rule_text *text = &collector->text;

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		if (!text_equal(single[i].type, type->name) ||
			!text_equal(single[i].field, field->name))
			continue;
		const struct where *own = field_at(type, record, "where"), *where = own;
		if (single[i].origin)
			where = field_at(type, record, single[i].origin);
		text->length = 0;
		rule_text_add(text, "");
		rule_text_value(text, field, record);
		/* What nobody asked for is how every service begins. */
		add_rule(collector, field->name, field->name,
			arena_text_length(collector->arena, text->bytes, text->length),
			where && where->file ? where : own);
		return true;
	}
	return false;
}

static void collect(struct collector *collector, const char *path, const struct record_type *type,
	const void *record);

static void collect_list(struct collector *collector, const char *kind,
	const struct record_field *field, const void *record)
{
	const char *items = *(const char *const *)((const char *)record + field->offset);
	size_t count = *(const size_t *)((const char *)record + field->count_offset);

	for (size_t i = 0; i < count; i++) {
		const void *item = items + i * field->type->size;

		if (text_equal(kind, "services")) {
			collector->service =
				*(const char *const *)field_at(field->type, item, "name");
			collect(collector, NULL, field->type, item);
			collector->service = "";
		} else {
			add_struct(collector, kind, field->type, item);
		}
	}
}

/* Its fields are rules, one by one. */
static bool is_frame(const struct record_type *type)
{
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (text_equal(single[i].type, type->name))
			return true;
	return !has_origin(type);
}

static void collect(struct collector *collector, const char *path, const struct record_type *type,
	const void *record)
{
	bool frame = is_frame(type);

	if (!frame)
		add_struct(collector, path, type, record);
	for (size_t i = 0; i < type->field_count; i++) {
		const struct record_field *field = &type->fields[i];
		const char *kind = path ? arena_printf(collector->arena, "%s.%s", path, field->name)
					: field->name;

		if (field->kind == RECORD_STRUCT)
			collect(collector, kind, field->type, (const char *)record + field->offset);
		else if (field->kind == RECORD_LIST && has_origin(field->type))
			collect_list(collector, kind, field, record);
		else if (frame && field->kind != RECORD_WHERE && !is_derived(type, field) &&
			 !add_single(collector, type, field, record))
			collector->unknown =
				arena_printf(collector->arena, "%s.%s", type->name, field->name);
	}
}

int rules_compare(const struct rule *left, const struct rule *right)
{
	int order = strcmp(left->service, right->service);

	if (!order)
		order = strcmp(left->kind, right->kind);
	return order ? order : strcmp(left->text, right->text);
}

int rules_compare_whole(const struct rule *left, const struct rule *right)
{
	int order = rules_compare(left, right);

	if (!order)
		order = strcmp(left->where.file ? left->where.file : "",
			right->where.file ? right->where.file : "");
	if (!order)
		order = (left->where.line > right->where.line) -
			(left->where.line < right->where.line);
	return order ? order
		     : (left->where.column > right->where.column) -
			       (left->where.column < right->where.column);
}

static int in_order(const void *left, const void *right)
{
	return rules_compare_whole(left, right);
}

struct rules rules_of(const struct plan *plan, struct arena *arena, const char **unknown)
{
	struct collector *collector = arena_alloc(arena, sizeof(*collector));

	collector->arena = arena;
	collector->service = "";
	collect(collector, NULL, &plan_record, plan);
	if (unknown)
		*unknown = collector->unknown;
	qsort(collector->rules.items, collector->rules.count, sizeof(struct rule), in_order);
	return collector->rules;
}

/* Where the value of @field begins in @text, and how long it is; NULL: there is none. */
static const char *value_of(const char *text, const char *field, size_t *length)
{
	size_t name = strlen(field);

	for (const char *at = text; at; at = strstr(at, "; ") ? strstr(at, "; ") + 2 : NULL)
		if (strncmp(at, field, name) == 0 && at[name] == '=') {
			const char *value = at + name + 1, *end = strstr(value, "; ");

			*length = end ? (size_t)(end - value) : strlen(value);
			return value;
		}
	return NULL;
}

const char *rules_field(const struct rule *rule, const char *field, struct arena *arena)
{
	size_t length;
	const char *value = value_of(rule->text, field, &length);

	return value ? arena_text_length(arena, value, length) : NULL;
}

const char *rules_without(const char *text, const char *field, struct arena *arena)
{
	size_t length;
	const char *value = value_of(text, field, &length);

	return value ? arena_printf(arena, "%.*s%s", (int)(value - text), text, value + length)
		     : text;
}
