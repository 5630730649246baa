/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "policy/address.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"

/*
 * Sentences about the graph, evaluated over the declared edges of `connects`:
 *
 *     A never reaches X
 *     only A, B reaches X
 *     A never connects
 *
 * "Reaches" is meant of one edge, not of what a service can get others to do for it.
 */

enum { MOST_WORDS = 64 };

static const char forms[] =
	"write 'A never reaches B', 'only A, B reaches X' or 'A never connects'";

struct sentence {
	const struct policy_node *node;
	const char *words[MOST_WORDS];
	size_t offsets[MOST_WORDS]; /* of each word in the text */
	size_t count;
};

/* Words of the text; a comma after a word is dropped. */
static bool split(struct policy_reading *reading, const char *text, struct sentence *sentence)
{
	size_t offset = 0;

	for (;;) {
		offset += strspn(text + offset, " ,\t\n");
		size_t length = strcspn(text + offset, " ,\t\n");
		if (length == 0)
			return true;
		if (sentence->count == MOST_WORDS)
			return false;
		sentence->offsets[sentence->count] = offset;
		sentence->words[sentence->count++] =
			arena_text_length(reading->nodes, text + offset, length);
		offset += length;
	}
}

/* Word @index as a place to complain about. */
static struct policy_node word_at(const struct sentence *sentence, size_t index)
{
	struct policy_node at = {
		.where = sentence->node->where, .width = (uint16_t)strlen(sentence->words[index])};

	if (sentence->node->width > sentence->offsets[index])
		at.where.column += (unsigned)sentence->offsets[index] + !sentence->node->plain;
	return at;
}

static struct policy_draft *subject(
	struct policy_reading *reading, const struct sentence *sentence, size_t index)
{
	struct policy_draft *draft = policy_find_draft(reading, sentence->words[index]);

	if (!draft) {
		const struct policy_node at = word_at(sentence, index);
		policy_unknown_service(reading, &at, sentence->words[index], policy_peer_hint);
	}
	return draft;
}

static bool object(struct policy_reading *reading, const struct sentence *sentence, size_t index,
	struct policy_endpoint *what)
{
	const char *text = sentence->words[index], *hint;
	const char *problem = policy_endpoint_parse(text, true, reading->arena, what, &hint);
	const struct policy_node at = word_at(sentence, index);

	if (problem) {
		struct report_entry *entry = policy_error(reading, &at, "'%s' %s", text, problem);
		if (hint)
			report_hint(reading->report, entry, "%s", hint);
		return false;
	}
	return policy_endpoint_leaves(what) || policy_find_peer(reading, &at, what);
}

/* Is @name one of the names that @wildcard ("*.stripe.com") stands for? */
static bool covers(const char *wildcard, const char *name)
{
	size_t suffix = strlen(wildcard) - 1, length = strlen(name);

	return length > suffix && strcmp(name + length - suffix, wildcard + 1) == 0;
}

/* Is @name "storefront.2" of @service "storefront"? */
static bool is_instance(const char *name, const char *service)
{
	size_t length = strlen(service);

	return strncmp(service, name, length) == 0 && name[length] == '.';
}

static bool same_peer(const struct policy_endpoint *what, const struct policy_endpoint *to)
{
	if (what->kind == PEER_INTERNET)
		return to->kind == PEER_NAME || to->kind == PEER_WILDCARD ||
		       (to->kind == PEER_ADDRESSES && policy_address_public(&to->prefix));
	if (what->kind == PEER_ADDRESSES && to->kind == PEER_ADDRESSES)
		return prefix_overlaps(&what->prefix, &to->prefix);
	if (what->kind == PEER_WILDCARD && to->kind == PEER_NAME)
		return covers(what->peer, to->peer);
	if (what->kind == PEER_NAME && to->kind == PEER_WILDCARD)
		return covers(to->peer, what->peer);
	if (what->kind == PEER_WILDCARD && to->kind == PEER_WILDCARD)
		return strcmp(what->peer, to->peer) == 0 || covers(what->peer, to->peer + 1) ||
		       covers(to->peer, what->peer + 1);
	/* A service is all of its instances. */
	if (what->kind == PEER_SERVICE && to->kind == PEER_INSTANCE)
		return is_instance(to->peer, what->peer);
	if (what->kind == PEER_INSTANCE && to->kind == PEER_SERVICE)
		return is_instance(what->peer, to->peer);
	return what->kind == to->kind && strcmp(what->peer, to->peer) == 0;
}

/* Does an edge lead to what an assertion speaks of? */
static bool leads_to(const struct policy_edge *edge, const struct policy_endpoint *what)
{
	const struct policy_endpoint *to = &edge->to;

	if (!same_peer(what, to))
		return false;
	if (what->path)
		return to->path && strcmp(what->path, to->path) == 0;
	if (!what->first)
		return true;
	return what->transport == to->transport && what->first <= to->last &&
	       to->first <= what->last;
}

static void fail(struct policy_reading *reading, const struct sentence *sentence,
	const struct policy_draft *draft, const struct policy_edge *edge)
{
	struct report_entry *entry = policy_error(reading, sentence->node,
		"assertion failed: '%s' connects to %s", draft->service.name, edge->text);

	report_other(entry, edge->where, "by this edge");
	reading->policy->assertion_failed++;
}

static void never_reaches(struct policy_reading *reading, const struct sentence *sentence)
{
	struct policy_endpoint what;
	const struct policy_draft *draft = subject(reading, sentence, 0);

	if (!object(reading, sentence, 3, &what) || !draft)
		return;
	for (size_t i = 0; i < draft->edge_count; i++)
		if (leads_to(&draft->edges[i], &what)) {
			fail(reading, sentence, draft, &draft->edges[i]);
			return;
		}
}

static void never_connects(struct policy_reading *reading, const struct sentence *sentence)
{
	const struct policy_draft *draft = subject(reading, sentence, 0);

	if (draft && draft->edge_count)
		fail(reading, sentence, draft, &draft->edges[0]);
}

static void only_reaches(struct policy_reading *reading, const struct sentence *sentence)
{
	struct policy_endpoint what;
	struct map *allowed = map_new(reading->nodes);
	bool good = object(reading, sentence, sentence->count - 1, &what);

	for (size_t i = 1; i < sentence->count - 2; i++) {
		struct policy_draft *draft = subject(reading, sentence, i);
		good = good && draft;
		*map_slot(allowed, sentence->words[i], strlen(sentence->words[i])) = draft;
	}
	for (size_t i = 0; good && i < reading->draft_count; i++) {
		const struct policy_draft *draft = &reading->drafts[i];
		const char *name = draft->service.name;

		if (map_find(allowed, name, strlen(name)))
			continue;
		for (size_t j = 0; j < draft->edge_count; j++)
			if (leads_to(&draft->edges[j], &what)) {
				fail(reading, sentence, draft, &draft->edges[j]);
				return;
			}
	}
}

static bool is(const struct sentence *sentence, size_t index, const char *word)
{
	return index < sentence->count && strcmp(sentence->words[index], word) == 0;
}

static bool reach(const struct sentence *sentence, size_t index)
{
	return is(sentence, index, "reaches") || is(sentence, index, "reach");
}

static void check_assertion(struct policy_reading *reading, const struct policy_node *item)
{
	struct sentence sentence = {.node = item};
	const char *text = policy_scalar(reading, item);
	size_t count;

	if (!text)
		return;
	if (!split(reading, text, &sentence)) {
		policy_error(reading, item, "the assertion is too long");
		return;
	}
	count = sentence.count;
	reading->policy->assertion_count++;
	if (count == 4 && is(&sentence, 1, "never") && reach(&sentence, 2))
		never_reaches(reading, &sentence);
	else if (count == 3 && is(&sentence, 1, "never") && is(&sentence, 2, "connects"))
		never_connects(reading, &sentence);
	else if (count >= 4 && is(&sentence, 0, "only") && reach(&sentence, count - 2))
		only_reaches(reading, &sentence);
	else
		report_hint(reading->report,
			policy_error(reading, item, "'%s' is not a form of assertion", text), "%s",
			forms);
}

void policy_check_assertions(struct policy_reading *reading, const struct policy_node *list)
{
	if (policy_is_list(reading, list))
		policy_each(item, list) check_assertion(reading, item);
}
