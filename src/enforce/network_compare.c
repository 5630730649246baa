/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_compare.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"

static char *list(const char *table, struct where where, struct fault *why)
{
	return table ? enforce_nft_list_table(table, where, why) : enforce_nft_list(where, why);
}

/* What nft lists after loading @rules into a namespace of their own, which then goes away. */
static char *list_planned(
	const char *rules, const char *table, struct where where, struct fault *why)
{
	scoped(fd) int scratch = enforce_network_space(where, why);
	scoped(visit) int home = scratch < 0 ? -1 : enforce_network_visit(scratch, where, why);

	if (home < 0 || enforce_nft_load(rules, "expected table", where, why))
		return NULL;
	return list(table, where, why);
}

/* The text after @key in the object on the first of @lines, up to the next quote. */
static const char *member(const char *lines, const char *key, int *length)
{
	const char *end = lines + strcspn(lines, "\n");
	const char *at = strstr(lines, key);

	if (!at || at >= end)
		return NULL;
	at += strlen(key);
	*length = (int)strcspn(at, "\"\n");
	return at;
}

/* "set 'edges4'", "rule of chain 'forward'": the object on the first of @lines. */
static const char *object_name(const char *lines, char name[96])
{
	int kind_length = 0, length = 0;
	const char *kind = member(lines, "{\"", &kind_length);
	const char *of = member(lines, "\"chain\":\"", &length);
	const char *own = of ? of : member(lines, "\"name\":\"", &length);

	snprintf(name, 96, "%.*s%s '%.*s'", kind_length, kind ? kind : "", of ? " of chain" : "",
		length, own ? own : "");
	return name;
}

static size_t count_lines(const char *lines)
{
	size_t count = 0;

	for (; *lines; lines++)
		count += *lines == '\n';
	return count;
}

static bool is_among(const char *line, const char *lines)
{
	const size_t length = strcspn(line, "\n");

	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
		if (strcspn(lines, "\n") == length && memcmp(line, lines, length) == 0)
			return true;
	return false;
}

/* The first of @lines that is not among @others, which may stand in another order. */
static const char *first_missing(const char *lines, const char *others)
{
	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
		if (!is_among(lines, others))
			return lines;
	return lines;
}

/* An object that differs. */
static int tell_difference(const char *planned, const char *found, const char *table,
	struct where where, struct fault *why)
{
	size_t had = count_lines(planned), has = count_lines(found);
	char name[96];

	if (!*found)
		fault(why, -ESTALE, where, "table '%s' is gone", table ? table : "bulkhead");
	else if (has < had)
		fault(why, -ESTALE, where, "network rules are gone: %s",
			object_name(first_missing(planned, found), name));
	else if (has > had)
		fault(why, -ESTALE, where, "network rules that are not planned: %s",
			object_name(first_missing(found, planned), name));
	else
		fault(why, -ESTALE, where, "network rules changed: %s",
			object_name(first_missing(planned, found), name));
	return 1;
}

int enforce_network_compare_rules(
	const char *rules, const char *table, struct where where, struct fault *why)
{
	scoped(memory) char *planned = rules ? list_planned(rules, table, where, why) : NULL;
	scoped(memory) char *found = planned ? list(table, where, why) : NULL;

	if (!found)
		return rules ? -EIO : fault(why, -ENOMEM, where, "no memory for the rules");
	return strcmp(planned, found) == 0 ? 0 : tell_difference(planned, found, table, where, why);
}
