/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/nft.h"

#include <errno.h>
#include <jansson.h>
#include <nftables/libnftables.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"

enum { NFT_QUESTION = 300 };

static void scoped_nft(struct nft_ctx **nft)
{
	if (*nft)
		nft_ctx_free(*nft);
}

static void scoped_json(json_t **json)
{
	json_decref(*json);
}

static struct nft_ctx *open_nft(struct where where, struct fault *why)
{
	errno = 0;
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int error = errno ? -errno : -ENOMEM;

	if (nft && !nft_ctx_buffer_output(nft) && !nft_ctx_buffer_error(nft))
		return nft;
	if (nft)
		nft_ctx_free(nft);
	fault(why, error, where, "cannot start nftables");
	return NULL;
}

/* The first line of what nft said: the rest points into text that the user never saw. */
static int refused(struct nft_ctx *nft, const char *name, struct where where, struct fault *why)
{
	const char *said = nft_ctx_get_error_buffer(nft);
	int length = said ? (int)strcspn(said, "\n") : 0;

	fault(why, -EIO, where, "nftables refuses the %s: %.*s", name, length, said ? said : "");
	fault_hint(why,
		"the kernel needs nf_tables with ct, reject, socket, limit and connlimit; for "
		"`at` nat and numgen");
	return -EIO;
}

int enforce_nft_load(const char *text, const char *name, struct where where, struct fault *why)
{
	scoped(nft) struct nft_ctx *nft = open_nft(where, why);

	if (!nft)
		return -ENOMEM;
	if (nft_run_cmd_from_buffer(nft, text))
		return refused(nft, name, where, why);
	return 0;
}

/* The kernel lists a set in the order of its hash, which is seeded anew each time. */
static void sort_elements(json_t *set, json_t *elements)
{
	size_t count = json_array_size(elements);
	char **texts = calloc(count + 1, sizeof(*texts));
	json_t *sorted = json_array();

	for (size_t i = 0; texts && i < count; i++)
		texts[i] = json_dumps(json_array_get(elements, i), JSON_COMPACT | JSON_ENCODE_ANY);
	if (texts)
		qsort(texts, count, sizeof(*texts), text_compare);
	for (size_t i = 0; texts && i < count; i++) {
		json_array_append_new(sorted, json_string(texts[i]));
		free(texts[i]);
	}
	free(texts);
	json_object_set_new(set, "elem", sorted);
}

static void normalise(json_t *value)
{
	const char *key;
	json_t *member, *elements;
	size_t index;

	json_array_foreach (value, index, member)
		normalise(member);
	if (!json_is_object(value))
		return;
	json_object_del(value, "handle");
	json_object_del(value, "packets");
	json_object_del(value, "bytes");
	/* What packets put into a set is no rule.  Only those sets have a size; nft does not tell
	 * in JSON which are dynamic. */
	if (json_object_get(value, "size"))
		json_object_del(value, "elem");
	elements = json_object_get(value, "elem");
	if (json_is_array(elements))
		sort_elements(value, elements);
	json_object_foreach (value, key, member)
		normalise(member);
}

/* An object as text, and which it was. */
struct line {
	char *text;
	const char *chain; /* of a rule */
	size_t place;
};

/* Of what has no order that of a table depends on when each was made: rules alone stay in theirs.
 */
static int compare_lines(const void *left, const void *right)
{
	const struct line *one = left, *other = right;
	int order;

	if (!one->chain != !other->chain)
		return one->chain ? 1 : -1;
	order = one->chain ? strcmp(one->chain, other->chain) : strcmp(one->text, other->text);
	return order ? order : (one->place > other->place) - (one->place < other->place);
}

static size_t read_lines(json_t *listing, struct line *lines)
{
	size_t index, count = 0;
	json_t *object;

	json_array_foreach (listing, index, object) {
		json_t *rule = json_object_get(object, "rule");

		if (json_object_get(object, "metainfo"))
			continue;
		normalise(object);
		lines[count] = (struct line){json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS),
			json_string_value(json_object_get(rule, "chain")), index};
		if (!lines[count++].text)
			break;
	}
	return count;
}

static char *write_lines(json_t *listing)
{
	struct line *lines = calloc(json_array_size(listing) + 1, sizeof(*lines));
	size_t length, count = lines ? read_lines(listing, lines) : 0;
	bool whole = lines && (count == 0 || lines[count - 1].text);
	char *text = NULL;
	FILE *out = whole ? open_memstream(&text, &length) : NULL;

	if (out)
		qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++) {
		if (out)
			fprintf(out, "%s\n", lines[i].text);
		free(lines[i].text);
	}
	free(lines);
	if (out && fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static char *list(const char *question, bool may_lack, struct where where, struct fault *why)
{
	scoped(nft) struct nft_ctx *nft = open_nft(where, why);
	scoped(json) json_t *root = NULL;
	char *text;

	if (!nft)
		return NULL;
	nft_ctx_output_set_flags(
		nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_ALL);
	if (nft_run_cmd_from_buffer(nft, question)) {
		if (may_lack && strstr(nft_ctx_get_error_buffer(nft), strerror(ENOENT)))
			return strdup("");
		refused(nft, "question for its rules", where, why);
		return NULL;
	}
	root = json_loads(nft_ctx_get_output_buffer(nft), 0, NULL);
	text = root ? write_lines(json_object_get(root, "nftables")) : NULL;
	if (!text)
		fault(why, -EBADMSG, where, "cannot read what nftables lists");
	return text;
}

char *enforce_nft_list(struct where where, struct fault *why)
{
	return list("list ruleset", false, where, why);
}

char *enforce_nft_list_table(const char *table, struct where where, struct fault *why)
{
	char question[NFT_QUESTION];

	snprintf(question, sizeof(question), "list table inet %s", table);
	return list(question, true, where, why);
}

static uint64_t number_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

struct seeing {
	void (*each)(void *context, const struct enforce_nft_seen *seen);
	void *context;
};

/* {"concat": ["198.18.4.3", "tcp", 5432]}, inside {"elem": {"val": …}} where there is more to say.
 */
static void see_element(const struct seeing *seeing, const char *set, const json_t *element)
{
	const json_t *more = json_object_get(element, "elem");
	const json_t *counter = json_object_get(more, "counter");
	const json_t *parts =
		json_object_get(more ? json_object_get(more, "val") : element, "concat");
	const size_t count = json_array_size(parts);
	struct enforce_nft_seen seen = {.set = set,
		.packets = number_of(counter, "packets"),
		.bytes = number_of(counter, "bytes"),
		.left = number_of(more, "expires")};

	if (count < 3)
		return;
	seen.sender = count > 4 ? json_string_value(json_array_get(parts, 1)) : NULL;
	seen.link = count > 3 ? json_string_value(json_array_get(parts, 0)) : NULL;
	seen.address = json_string_value(json_array_get(parts, count - 3));
	seen.protocol = json_string_value(json_array_get(parts, count - 2));
	seen.port = (unsigned)json_integer_value(json_array_get(parts, count - 1));
	if (seen.address && seen.protocol)
		seeing->each(seeing->context, &seen);
}

static void see_object(const struct seeing *seeing, const json_t *object)
{
	const json_t *set = json_object_get(object, "set"), *element;
	const json_t *counter = json_object_get(object, "counter");
	const char *name = json_string_value(json_object_get(set ? set : counter, "name"));
	size_t i;

	if (!name)
		return;
	if (counter)
		seeing->each(seeing->context, &(struct enforce_nft_seen){.counter = name,
						      .packets = number_of(counter, "packets"),
						      .bytes = number_of(counter, "bytes")});
	json_array_foreach (json_object_get(set, "elem"), i, element)
		see_element(seeing, name, element);
}

int enforce_nft_see(const char *question,
	void (*each)(void *context, const struct enforce_nft_seen *seen), void *context,
	struct where where, struct fault *why)
{
	const struct seeing seeing = {each, context};
	scoped(nft) struct nft_ctx *nft = open_nft(where, why);
	scoped(json) json_t *root = NULL;
	json_t *object;
	size_t i;

	if (!nft)
		return -ENOMEM;
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON);
	if (nft_run_cmd_from_buffer(nft, question)) {
		/* A table of an older version, or none: nothing was counted. */
		if (strstr(nft_ctx_get_error_buffer(nft), strerror(ENOENT)))
			return 0;
		return refused(nft, "question for what it has counted", where, why);
	}
	root = json_loads(nft_ctx_get_output_buffer(nft), 0, NULL);
	json_array_foreach (json_object_get(root, "nftables"), i, object)
		see_object(&seeing, object);
	return root ? 0 : fault(why, -EBADMSG, where, "cannot read what nftables lists");
}
