/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/nft_difference.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/nft_parts.h"

/* What becomes of a part. */
enum fate { GOES, COMES, ANEW, STAYS };

struct change {
	enum fate fate;
	const struct nft_part *before, *after; /* NULL: it is not there */
	bool rewritten;                        /* of a chain: its rules are written anew */
};

struct changes {
	const char *table;
	struct change *list;
	size_t count;
	FILE *out;
};

static bool is_chain(const struct nft_part *part)
{
	return text_equal(part->kind, "chain");
}

/* Both lists are in the same order. */
static void match(struct changes *changes, const struct nft_parts *before,
	const struct nft_parts *after, struct arena *arena)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		const struct nft_part *old = i < before->count ? &before->parts[i] : NULL;
		const struct nft_part *new = j < after->count ? &after->parts[j] : NULL;
		int order = !old ? 1 : !new ? -1 : enforce_nft_part_compare(old, new);
		struct change change = {
			.before = order <= 0 ? old : NULL, .after = order >= 0 ? new : NULL};

		i += order <= 0;
		j += order >= 0;
		if (order)
			change.fate = order < 0 ? GOES : COMES;
		else
			change.fate =
				enforce_nft_lines_same(&old->about, &new->about) ? STAYS : ANEW;
		*(struct change *)arena_append(
			arena, &changes->list, &changes->count, sizeof(change)) = change;
	}
}

static bool is_name(char letter)
{
	return letter && (isalnum((unsigned char)letter) || strchr("_.-/", letter));
}

static bool mentions(const struct nft_part *chain, const char *name)
{
	const size_t length = strlen(name);

	for (size_t i = 0; i < chain->held.count; i++) {
		const char *rule = chain->held.texts[i];

		for (const char *at = rule; (at = strstr(at, name)); at++)
			if ((at == rule || !is_name(at[-1])) && !is_name(at[length]))
				return true;
	}
	return false;
}

/* Nothing that a rule speaks of can be taken away, if only to make it anew. */
static bool speaks_of_new(const struct changes *changes, const struct nft_part *chain)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct nft_part *after = changes->list[i].after;

		if (changes->list[i].fate == ANEW && after && mentions(chain, after->name))
			return true;
	}
	return false;
}

static void settle_chains(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];
		const struct nft_part *after = change->after;

		if (!after || !is_chain(after))
			continue;
		change->rewritten = change->fate != STAYS ||
				    !enforce_nft_lines_same(&change->before->held, &after->held) ||
				    speaks_of_new(changes, after);
	}
}

/* First the rules that do not stay, which lets go of what they speak of. */
static void write_flushes(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];

		if (change->before && is_chain(change->before) &&
			(change->rewritten || change->fate == GOES))
			fprintf(changes->out, "flush chain %s %s\n", changes->table,
				change->before->name);
	}
}

static void write_deletions(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];

		if (change->fate == GOES || change->fate == ANEW)
			fprintf(changes->out, "delete %s %s %s\n", change->before->kind,
				changes->table, change->before->name);
	}
}

static void write_list(FILE *out, const struct nft_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		fprintf(out, "%s%s", i ? ",\n" : "", lines->texts[i]);
}

/* Chains without rules: these may speak of one another. */
static void write_new(const struct changes *changes)
{
	FILE *out = changes->out;
	bool any = false;

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];
		const struct nft_part *part = change->after;

		if (change->fate != COMES && change->fate != ANEW)
			continue;
		if (!any)
			fprintf(out, "table %s {\n", changes->table);
		any = true;
		fprintf(out, "%s %s {\n", part->kind, part->name);
		for (size_t j = 0; j < part->about.count; j++)
			fprintf(out, "%s\n", part->about.texts[j]);
		if (!is_chain(part) && part->held.count) {
			fputs("elements = {\n", out);
			write_list(out, &part->held);
			fputs(" }\n", out);
		}
		fputs("}\n", out);
	}
	fputs(any ? "}\n" : "", out);
}

static void write_rules(const struct changes *changes)
{
	FILE *out = changes->out;
	bool any = false;

	for (size_t i = 0; i < changes->count; i++) {
		const struct nft_part *part = changes->list[i].after;

		if (!changes->list[i].rewritten || part->held.count == 0)
			continue;
		if (!any)
			fprintf(out, "table %s {\n", changes->table);
		any = true;
		fprintf(out, "chain %s {\n", part->name);
		for (size_t j = 0; j < part->held.count; j++)
			fprintf(out, "%s\n", part->held.texts[j]);
		fputs("}\n", out);
	}
	fputs(any ? "}\n" : "", out);
}

/* Those of @lines that @others, in the same order, has not. */
static void write_elements(const struct changes *changes, const char *verb,
	const struct nft_part *part, const struct nft_lines *others)
{
	const struct nft_lines *lines = &part->held;
	size_t written = 0, j = 0;

	for (size_t i = 0; i < lines->count; i++) {
		int order = -1;

		while (j < others->count && (order = strcmp(lines->texts[i], others->texts[j])) > 0)
			j++;
		if (j < others->count && order == 0)
			continue;
		if (!written)
			fprintf(changes->out, "%s element %s %s {\n", verb, changes->table,
				part->name);
		fprintf(changes->out, "%s%s", written++ ? ",\n" : "", lines->texts[i]);
	}
	fputs(written ? " }\n" : "", changes->out);
}

/* Away first: of an address that leads elsewhere now there are two otherwise. */
static void write_sets(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];

		if (change->fate != STAYS || is_chain(change->after))
			continue;
		write_elements(changes, "delete", change->before, &change->after->held);
		write_elements(changes, "add", change->after, &change->before->held);
	}
}

const char *enforce_nft_difference(const char *before, const char *after, struct arena *arena)
{
	struct nft_parts old, new;
	struct changes changes = {0};
	scoped(memory) char *text = NULL;
	size_t length;

	if (strcmp(before, after) == 0)
		return "";
	if (!enforce_nft_parts(before, arena, &old) || !enforce_nft_parts(after, arena, &new) ||
		!text_equal(old.table, new.table))
		return NULL;
	changes.table = new.table;
	changes.out = open_memstream(&text, &length);
	if (!changes.out)
		return NULL;
	match(&changes, &old, &new, arena);
	settle_chains(&changes);
	write_flushes(&changes);
	write_deletions(&changes);
	write_new(&changes);
	write_rules(&changes);
	write_sets(&changes);
	return fclose(changes.out) ? NULL : arena_text(arena, text);
}
