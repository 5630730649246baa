/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Many random questions to a resolver whose upstream is a script: it cuts, repeats, lies beside the
 * truth, and answers what was not asked.  A model that knows the same world says which answers are
 * right; there may be no other.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/fault.h"
#include "gateway/resolver.h"
#include "unit/gateway/message.h"

enum {
	NAMES = 96,
	DECLARED = 64, /* the first of them are declared by somebody, perhaps */
	SERVICES = 3,
	STEPS = 20000,
	LINKS = 12,
	EPOCH = 100000, /* milliseconds for which the world stays as it is */
	PATTERNS = 64,
	MOST_ADDRESSES = 64,
	POISON = 66,
};

/* ---- chance ---- */

static uint64_t state;

static uint32_t chance(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16) % below;
}

/* Of a thing that stays as it is. */
static uint32_t fixed(uint32_t what, uint32_t of, uint32_t below)
{
	uint64_t mixed = (what * 0x9e3779b97f4a7c15u) ^ (of * 0xc2b2ae3d27d4eb4fu);

	mixed ^= mixed >> 29;
	mixed *= 0xbf58476d1ce4e5b9u;
	return (uint32_t)(mixed >> 32) % below;
}

/* ---- the world ---- */

enum kind { HAS_ADDRESSES, HAS_MANY, HAS_SPECIAL, HAS_ALIAS, HAS_NOTHING, IS_NOT, FAILS };

static void name_of(uint32_t index, char *name)
{
	snprintf(name, 64, "n%u.z%u.test", index, index % 4);
}

/* The index of what is called so, whatever its letters; NAMES: nobody. */
static uint32_t index_of(const char *name)
{
	char known[64];

	for (uint32_t i = 0; i < NAMES; i++) {
		name_of(i, known);
		if (strcasecmp(known, name) == 0)
			return i;
	}
	return NAMES;
}

static enum kind kind_of(uint32_t index)
{
	static const enum kind kinds[] = {HAS_ADDRESSES, HAS_ADDRESSES, HAS_ADDRESSES,
		HAS_ADDRESSES, HAS_MANY, HAS_SPECIAL, HAS_ALIAS, HAS_ALIAS, HAS_ALIAS, HAS_ALIAS,
		HAS_NOTHING, IS_NOT, FAILS};

	return kinds[fixed(1, index, 13)];
}

static uint32_t alias_of(uint32_t index)
{
	return fixed(2, index, NAMES);
}

static uint32_t seconds_of(uint32_t index)
{
	static const uint32_t seconds[] = {0, 1, 5, 30, 60, 300, 4000, INT32_MAX, UINT32_MAX};

	return seconds[fixed(3, index, 9)];
}

static uint32_t believed(uint32_t index, uint32_t most)
{
	uint32_t seconds = seconds_of(index);

	return seconds > INT32_MAX ? 0 : seconds < most ? seconds : most;
}

static uint32_t count_of(uint32_t index, bool wide)
{
	return kind_of(index) == HAS_MANY ? 20 + fixed(4, index, 60)
					  : 1 + fixed(4 + wide, index, 5);
}

/* Address @which of a name, in an epoch; in epochs some change. */
static void address_of(
	uint32_t index, bool wide, int64_t epoch, uint32_t which, unsigned char address[16])
{
	const uint32_t round = fixed(6, index, 2) ? (uint32_t)epoch : 0;

	memset(address, 0, 16);
	if (wide) {
		const unsigned char bytes[16] = {0x20, 1, 0xd, 0xb8, (unsigned char)index,
			(unsigned char)round, (unsigned char)(round >> 8), 0, 0, 0, 0, 0, 0, 0, 0,
			(unsigned char)which};
		memcpy(address, bytes, 16);
	} else {
		const unsigned char bytes[4] = {(unsigned char)(20 + round % 20),
			(unsigned char)index, (unsigned char)(round / 20), (unsigned char)which};
		memcpy(address, bytes, 4);
	}
	if (kind_of(index) == HAS_SPECIAL && fixed(7, index, 3) <= which) {
		memset(address, 0, 16);
		memcpy(address, wide ? "\xfe\x80" : "\x7f\x01", 2);
		address[wide ? 15 : 3] = (unsigned char)which;
	}
}

static bool is_special(const unsigned char *address, bool wide)
{
	return memcmp(address, wide ? "\xfe\x80" : "\x7f", wide ? 2 : 1) == 0;
}

/* ---- the policy ---- */

static struct gateway_resolver_name patterns[SERVICES][PATTERNS];
static char texts[SERVICES][PATTERNS][64];
static struct gateway_resolver_service services[SERVICES];
static struct prefix refused[2];
static struct gateway_resolver_config config = {.services = services,
	.service_count = SERVICES,
	.upstreams =
		(struct gateway_resolver_upstream[3]){{.length = 1}, {.length = 1}, {.length = 1}},
	.upstream_count = 3,
	.refused = refused,
	.refused_count = 2};

static void mix_letters(char *text)
{
	for (; *text; text++)
		if (chance(2) && *text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}

static void make_policy(void)
{
	uint32_t edge = 0;

	for (uint32_t s = 0; s < SERVICES; s++) {
		services[s] = (struct gateway_resolver_service){.names = patterns[s]};
		for (uint32_t i = 0; i < PATTERNS; i++) {
			char *text = texts[s][i];

			if (i < 2)
				snprintf(text, 64, "*.z%u.test", (s + i * 2) % 4);
			else
				name_of(chance(DECLARED), text);
			mix_letters(text);
			if (i >= 2 && chance(2))
				continue;
			patterns[s][services[s].name_count++] =
				(struct gateway_resolver_name){text, edge++};
		}
	}
	assert_true(prefix_parse("127.0.0.0/8", 11, &refused[0]));
	assert_true(prefix_parse("fe80::/10", 9, &refused[1]));
}

/* By their texts alone. */
static bool matches(const char *pattern, const char *name)
{
	const char *dot = strchr(name, '.');

	if (strncmp(pattern, "*.", 2) == 0)
		return dot && dot != name && strcasecmp(pattern + 2, dot + 1) == 0;
	return strcasecmp(pattern, name) == 0;
}

/* ---- the questions that are under way, of clients and to upstream ---- */

enum { OPEN_QUERIES = 24 };

static struct query {
	bool used, stream, edns, faulty;
	uint16_t id, type, size;
	uint32_t service;
	char name[64];
	int64_t since;
} queries[OPEN_QUERIES];

static struct gateway_resolver *resolver;
static int64_t now;
static bool faults; /* in this run servers fail and openings are refused */
static struct message message;
static unsigned char answer[6144];
static struct {
	uint64_t answers, addresses, refusals, failures, nothing, cut, chains, lies;
} seen_of_all;

/* Until when an address is open for an edge, as the launcher knows it. */
enum { OPENINGS = 1 << 18 };
static struct open {
	uint32_t edge;
	uint8_t family; /* 0: nobody's place */
	unsigned char bytes[16];
	int64_t until;
} opened[OPENINGS];

/* Its place, or a free one. */
static struct open *opening_of(uint32_t edge, uint8_t family, const unsigned char *bytes)
{
	uint32_t place = edge * 2654435761u + family;

	for (int i = 0; i < 16; i++)
		place = (place ^ bytes[i]) * 16777619u;
	for (place %= OPENINGS; opened[place].family; place = (place + 1) % OPENINGS)
		if (opened[place].edge == edge && opened[place].family == family &&
			memcmp(opened[place].bytes, bytes, 16) == 0)
			break;
	return &opened[place];
}

static void open_one(const struct gateway_opening *opening)
{
	struct open *open = opening_of(opening->edge, opening->family, opening->bytes);

	assert_in_range(opening->seconds, 60, 3630);
	assert_false(is_special(opening->bytes, opening->family == 6));
	open->edge = opening->edge;
	open->family = opening->family;
	memcpy(open->bytes, opening->bytes, 16);
	if (open->until < now + (int64_t)opening->seconds * 1000)
		open->until = now + (int64_t)opening->seconds * 1000;
}

static void is_open(const struct query *query, const unsigned char *address, uint32_t seconds)
{
	for (size_t i = 0; i < services[query->service].name_count; i++) {
		const struct gateway_resolver_name *name = &patterns[query->service][i];
		unsigned char bytes[16] = {0};

		if (!matches(name->pattern, query->name))
			continue;
		memcpy(bytes, address, query->type == TYPE_A ? 4 : 16);
		const struct open *open =
			opening_of(name->edge, query->type == TYPE_A ? 4 : 6, bytes);
		assert_true(open->family &&
			    open->until >= now + (int64_t)(seconds < 30 ? 30 : seconds) * 1000);
	}
}

/* ---- the model: what may be answered ---- */

/* Do these addresses belong to a name in an epoch: all that are not special, up to the most? */
static bool has_addresses(uint32_t index, bool wide, int64_t epoch, const struct seen *seen,
	size_t first, size_t count)
{
	size_t expected = 0;

	for (uint32_t i = 0; i < count_of(index, wide); i++) {
		unsigned char address[16];

		address_of(index, wide, epoch, i, address);
		expected += !is_special(address, wide);
	}
	if (count != (expected < MOST_ADDRESSES ? expected : MOST_ADDRESSES))
		return false;
	for (size_t i = first; i < first + count; i++) {
		bool found = false;

		for (uint32_t j = 0; !found && j < count_of(index, wide); j++) {
			unsigned char address[16];

			address_of(index, wide, epoch, j, address);
			found = !is_special(address, wide) &&
				memcmp(address, seen->records[i].data, wide ? 16 : 4) == 0;
		}
		for (size_t j = first; found && j < i; j++)
			found = memcmp(seen->records[i].data, seen->records[j].data,
					wide ? 16 : 4) != 0;
		if (!found)
			return false;
	}
	return true;
}

/* The chain of @index: its end, and how many links there are; false: it has none. */
static bool follow(uint32_t index, uint32_t *end, uint32_t *links)
{
	bool visited[NAMES] = {false};

	for (*links = 0; kind_of(index) == HAS_ALIAS; index = alias_of(index)) {
		if (visited[index] || ++*links > LINKS)
			return false;
		visited[index] = true;
	}
	*end = index;
	return true;
}

static void check_chain(const struct seen *seen, uint32_t index, uint32_t links)
{
	char name[64];

	for (uint32_t i = 0; i < links; i++, index = alias_of(index)) {
		name_of(index, name);
		assert_int_equal(strcasecmp(seen->records[i].name, name), 0);
		name_of(alias_of(index), name);
		assert_int_equal(strcasecmp(seen->records[i].to, name), 0);
		assert_true(seen->records[i].seconds <= believed(index, 3600));
	}
}

static void check_addresses(
	const struct query *query, const struct seen *seen, uint32_t end, uint32_t links)
{
	const bool wide = query->type == TYPE_AAAA;
	const size_t count = seen->counts[ANSWER] - links;
	uint32_t least = believed(end, 3600);
	char name[64];
	bool right = false;

	name_of(end, name);
	for (size_t i = links; i < links + count; i++) {
		assert_int_equal(seen->records[i].type, query->type);
		assert_int_equal(strcasecmp(seen->records[i].name, name), 0);
		assert_true(seen->records[i].seconds <= least);
		is_open(query, seen->records[i].data, seen->records[i].seconds);
	}
	/* They were true when they were heard, which is no longer ago than they may be kept. */
	for (int64_t epoch = now / EPOCH; epoch >= (now - (int64_t)least * 1000 - 6000) / EPOCH;
		epoch--)
		right = right || has_addresses(end, wide, epoch, seen, links, count);
	assert_true(right);
	seen_of_all.addresses += count;
}

static void check_declared(const struct query *query, const struct seen *seen, size_t length)
{
	const unsigned code = seen->flags & 0xf;
	const uint32_t index = index_of(query->name);
	uint32_t end = NAMES, links = 0;
	const bool has_end = index < NAMES && follow(index, &end, &links);

	if (code == 2) {
		/* Who cannot be known; or, where things fail, what did. */
		assert_true(faults || (index < NAMES && (!has_end || kind_of(end) == FAILS)));
		assert_int_equal(seen->counts[ANSWER], 0);
		seen_of_all.failures++;
		return;
	}
	if (seen->flags & MESSAGE_TRUNCATED) {
		assert_false(query->stream);
		assert_int_equal(seen->counts[ANSWER], 0);
		seen_of_all.cut++;
		return;
	}
	assert_true(query->stream || length <= query->size);
	/* What is not in the world is not there. */
	if (index == NAMES) {
		assert_int_equal(code, 3);
		assert_int_equal(seen->counts[ANSWER], 0);
		seen_of_all.nothing++;
		return;
	}
	assert_true(has_end && kind_of(end) != FAILS);
	seen_of_all.chains += links > 0;
	assert_true(seen->counts[ANSWER] >= links);
	check_chain(seen, index, links);
	if (kind_of(end) == HAS_NOTHING || kind_of(end) == IS_NOT) {
		assert_int_equal(code, kind_of(end) == IS_NOT ? 3 : 0);
		assert_int_equal(seen->counts[ANSWER], links);
		seen_of_all.nothing++;
		return;
	}
	assert_int_equal(code, 0);
	check_addresses(query, seen, end, links);
}

static void check_answer(const struct query *query, size_t length)
{
	struct seen seen;
	bool declared = false;

	assert_true(message_read(answer, length, &seen));
	assert_int_equal(seen.id, query->id);
	assert_int_equal(seen.flags & ~(0xfu | MESSAGE_TRUNCATED), 0x8180);
	assert_string_equal(seen.question, query->name);
	assert_int_equal(seen.type, query->type);
	assert_int_equal(seen.counts[AUTHORITY], 0);
	assert_int_equal(seen.counts[ADDITIONAL], query->edns);
	for (size_t i = 0; i < services[query->service].name_count; i++)
		declared = declared || matches(patterns[query->service][i].pattern, query->name);
	seen_of_all.answers++;
	if (declared) {
		check_declared(query, &seen, length);
	} else {
		assert_int_equal(seen.flags & 0xf, 5);
		assert_int_equal(seen.counts[ANSWER], 0);
		seen_of_all.refusals++;
	}
}

/* ---- the script of upstream ---- */

static void add_addresses(struct message *to, uint32_t index, uint16_t type)
{
	const bool wide = type == TYPE_AAAA;
	const uint32_t count = count_of(index, wide), start = chance(count);
	char name[64];

	name_of(index, name);
	mix_letters(name);
	for (uint32_t i = 0; i < count; i++) {
		unsigned char address[16];

		address_of(index, wide, now / EPOCH, (start + i) % count, address);
		message_record(
			to, ANSWER, name, type, 1, seconds_of(index), address, wide ? 16 : 4);
	}
}

static const unsigned char poison[16] = {POISON, POISON, POISON, POISON};

/* Records that belong to nothing that was asked. */
static void add_lies(struct message *to, int section, const char *name, uint16_t type)
{
	char other[64];

	while (chance(3) == 0) {
		name_of(chance(NAMES), other);
		seen_of_all.lies++;
		switch (chance(section == ANSWER ? 3 : 4)) {
		case 0:
			/* Another class, or type, or a length that no address has. */
			message_record(
				to, section, name, type, 3, 60, poison, type == TYPE_A ? 4 : 16);
			break;
		case 1:
			message_record(to, section, name, 99, 1, 60, poison, 4);
			break;
		case 2:
			message_record(to, section, name, type, 1, UINT32_MAX, poison, 7);
			break;
		default:
			/* In a section that answers nothing: the right name as well. */
			message_record(to, section, chance(2) ? name : other, type, 1, 60, poison,
				type == TYPE_A ? 4 : 16);
			break;
		}
	}
}

/* Somebody else's address or alias, among the answers. */
static void add_strangers(struct message *to, uint16_t type)
{
	while (chance(3) == 0) {
		seen_of_all.lies++;
		if (chance(2))
			message_record(to, ANSWER, "stranger.test", type, 1, 60, poison,
				type == TYPE_A ? 4 : 16);
		else
			message_alias(to, ANSWER, "stranger.test", "n1.z1.test", 60);
	}
}

/* The true reply to @name, of which a chain may be a part. */
static void write_truth(
	struct message *to, uint16_t id, const char *name, uint16_t type, bool stream)
{
	uint32_t index = index_of(name), links = 0;
	const uint32_t most = chance(4) ? LINKS * 2 : 1 + chance(3);
	char owner[64], target[64];

	message_begin(to, id, MESSAGE_FLAGS_REPLY, name, type);
	if (!stream && chance(10) == 0) {
		to->bytes[2] |= MESSAGE_TRUNCATED >> 8;
		if (chance(2))
			message_record(
				to, ANSWER, name, type, 1, 60, poison, type == TYPE_A ? 4 : 16);
		return;
	}
	add_strangers(to, type);
	/* Loops as far as they are loops. */
	for (; index < NAMES && kind_of(index) == HAS_ALIAS && links < most; links++) {
		name_of(index, owner);
		name_of(alias_of(index), target);
		mix_letters(target);
		message_alias(to, ANSWER, owner, target, seconds_of(index));
		index = alias_of(index);
	}
	const enum kind kind = index < NAMES ? kind_of(index) : IS_NOT;
	if (kind == FAILS)
		to->bytes[3] |= 2;
	if (kind == IS_NOT)
		to->bytes[3] |= 3;
	if (kind == HAS_ADDRESSES || kind == HAS_MANY || kind == HAS_SPECIAL)
		add_addresses(to, index, type);
	add_strangers(to, type);
	add_lies(to, ANSWER, name, type);
	add_lies(to, AUTHORITY, name, type);
	if ((kind == HAS_NOTHING || kind == IS_NOT) && chance(4)) {
		snprintf(
			target, sizeof(target), "%s", index < NAMES && chance(2) ? "TEST" : "test");
		message_nothing(to, target, 600, 1 + chance(100));
	}
	add_lies(to, ADDITIONAL, name, type);
}

/* A reply to something else: none that the resolver may believe. */
static void write_noise(struct message *to, uint16_t id, const char *name, uint16_t type)
{
	char other[300];

	name_of(chance(NAMES), other);
	switch (chance(7)) {
	case 0:
		message_begin(
			to, (uint16_t)(id ^ (1 + chance(65535))), MESSAGE_FLAGS_REPLY, name, type);
		break;
	case 1:
		snprintf(other, sizeof(other), "x%s", name);
		message_begin(to, id, MESSAGE_FLAGS_REPLY, other, type);
		break;
	case 2:
		message_begin(to, id, MESSAGE_FLAGS_QUERY, name, type);
		break;
	case 3:
		message_begin(to, id, MESSAGE_FLAGS_REPLY, name, type ^ TYPE_A ^ TYPE_AAAA);
		break;
	case 4:
		/* A name that points at itself. */
		message_begin(to, id, MESSAGE_FLAGS_REPLY, NULL, 0);
		to->bytes[5] = 1;
		memcpy(to->bytes + to->length, "\xc0\x0c\0\x01\0\x01", 6);
		to->length += 6;
		return;
	case 5:
		to->length = chance(400);
		for (size_t i = 0; i < to->length; i++)
			to->bytes[i] = (unsigned char)chance(256);
		/* Not by chance the right one. */
		if (to->length >= 2)
			to->bytes[0] = (unsigned char)~(id >> 8);
		return;
	default:
		write_truth(to, id, name, type, true);
		to->length -= 1 + chance((uint32_t)to->length - 1);
		return;
	}
	message_record(to, ANSWER, name, type, 1, 3600, poison, type == TYPE_A ? 4 : 16);
}

static struct due {
	bool used;
	struct gateway_resolver_question question;
	int64_t at;
} dues[RESOLVER_QUESTIONS];

static void answer_question(struct due *due)
{
	const struct gateway_resolver_question *question = &due->question;
	struct seen asked;

	due->used = false;
	assert_true(message_read(question->bytes, question->length, &asked));
	if (faults && chance(10) == 0) {
		if (chance(2))
			gateway_resolver_failed(resolver, question->slot);
		return;
	}
	for (uint32_t i = chance(3) * chance(5); i > 0 && !question->stream; i--) {
		write_noise(&message, asked.id, asked.question, asked.type);
		gateway_resolver_heard(
			resolver, question->slot, message.bytes, message.length, now);
	}
	if (asked.counts[ADDITIONAL] && chance(30) == 0)
		message_begin(&message, asked.id, MESSAGE_FLAGS_REPLY | 1, NULL, 0);
	else
		write_truth(&message, asked.id, asked.question, asked.type, question->stream);
	gateway_resolver_heard(resolver, question->slot, message.bytes, message.length, now);
}

static void serve_upstream(void)
{
	struct gateway_resolver_question question;

	while (gateway_resolver_next_question(resolver, now, (uint16_t)chance(65536), &question)) {
		assert_in_range(question.server, 0, 2);
		dues[question.slot] =
			(struct due){true, question, now + chance(faults ? 1000 : 40)};
	}
	for (size_t i = 0; i < RESOLVER_QUESTIONS; i++)
		if (dues[i].used && dues[i].at <= now)
			answer_question(&dues[i]);
}

/* ---- the launcher ---- */

static struct gateway_opening asked_openings[4096];
static size_t asked_count;

static void serve_openings(void)
{
	struct gateway_opening opening;

	while (asked_count < 4096 && gateway_resolver_next_opening(resolver, &opening)) {
		asked_openings[asked_count++] = opening;
		gateway_resolver_sent_opening(resolver);
	}
	for (size_t left = chance(2) ? asked_count : chance((uint32_t)asked_count + 1); left > 0;
		left--) {
		size_t which = chance((uint32_t)asked_count);
		struct gateway_opened said = {.number = asked_openings[which].number};

		if (faults && chance(50) == 0)
			said.result = -28;
		else
			open_one(&asked_openings[which]);
		asked_openings[which] = asked_openings[--asked_count];
		gateway_resolver_opened(resolver, &said, now);
	}
}

/* ---- the clients ---- */

static void take_answers(void)
{
	struct gateway_resolver_client client;
	size_t length;

	while (gateway_resolver_next_answer(resolver, now, &client, answer, &length)) {
		struct query *query = &queries[client.connection];

		assert_true(query->used);
		assert_int_equal(client.service, query->service);
		check_answer(query, length);
		query->used = false;
	}
}

static void write_query(const struct query *query)
{
	message_begin(&message, query->id, MESSAGE_FLAGS_QUERY, query->name, query->type);
	if (query->edns)
		message_option(&message, query->size, chance(2) ? 0x8000 : 0);
	if (query->edns && query->size > 1232)
		queries[query - queries].size = 1232;
	else if (query->edns && query->size < 512)
		queries[query - queries].size = 512;
}

static void make_query(uint32_t place)
{
	struct query *query = &queries[place];
	const uint32_t service = chance(SERVICES);
	const struct gateway_resolver_client client = {
		.service = service, .connection = place, .stream = chance(5) == 0};
	bool waits;

	*query = (struct query){.stream = client.stream,
		.edns = chance(2),
		.id = (uint16_t)chance(65536),
		.type = chance(2) ? TYPE_A : TYPE_AAAA,
		.size = 512,
		.service = service,
		.since = now};
	if (query->edns)
		query->size = (uint16_t)chance(5000);
	if (chance(20) == 0)
		snprintf(query->name, sizeof(query->name), "%s%u.z%u.test", chance(2) ? "a.n" : "m",
			chance(100), chance(5));
	else
		name_of(chance(chance(4) ? 8 : NAMES), query->name);
	mix_letters(query->name);
	write_query(query);
	size_t length = gateway_resolver_ask(
		resolver, &client, message.bytes, message.length, now, answer, &waits);
	assert_true(waits != (length > 0));
	query->used = waits;
	if (length)
		check_answer(query, length);
}

static void run(uint64_t seed, bool with_faults)
{
	struct fault why;

	state = seed;
	faults = with_faults;
	now = 5000000;
	asked_count = 0;
	memset(opened, 0, sizeof(opened));
	memset(queries, 0, sizeof(queries));
	memset(dues, 0, sizeof(dues));
	make_policy();
	resolver = gateway_resolver(&config, seed, &why);
	assert_non_null(resolver);
	for (int step = 0; step < STEPS; step++) {
		uint32_t place = chance(OPEN_QUERIES);

		if (!queries[place].used)
			make_query(place);
		now += chance(chance(100) || gateway_resolver_busy(resolver) ? 60 : 20000);
		gateway_resolver_tick(resolver, now);
		serve_upstream();
		serve_openings();
		take_answers();
		for (size_t i = 0; i < OPEN_QUERIES; i++)
			assert_true(!queries[i].used || now - queries[i].since < 26000);
	}
	/* All get their answer in the end. */
	for (int i = 0; i < 100; i++, now += 100) {
		gateway_resolver_tick(resolver, now);
		serve_upstream();
		serve_openings();
		take_answers();
	}
	for (size_t i = 0; i < OPEN_QUERIES; i++)
		assert_false(queries[i].used);
	assert_false(gateway_resolver_busy(resolver));
	gateway_resolver_free(resolver);
}

static void no_answer_is_wrong(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= 3; seed++)
		run(seed * 0x9e3779b97f4a7c15u, false);
}

static void no_answer_is_wrong_where_things_fail(void **unused)
{
	(void)unused;
	for (uint64_t seed = 4; seed <= 6; seed++)
		run(seed * 0x9e3779b97f4a7c15u, true);
}

static int tell(void **unused)
{
	(void)unused;
	printf("%ju answers, %ju addresses, %ju chains, %ju of nothing, %ju cut, %ju refusals, "
	       "%ju failures; %ju lies\n",
		seen_of_all.answers, seen_of_all.addresses, seen_of_all.chains, seen_of_all.nothing,
		seen_of_all.cut, seen_of_all.refusals, seen_of_all.failures, seen_of_all.lies);
	/* All of it happened often enough to mean something. */
	assert_true(seen_of_all.addresses > 10000 && seen_of_all.chains > 1000 &&
		    seen_of_all.nothing > 1000 && seen_of_all.cut > 100 &&
		    seen_of_all.refusals > 1000 && seen_of_all.failures > 100 &&
		    seen_of_all.lies > 1000);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_answer_is_wrong),
		cmocka_unit_test(no_answer_is_wrong_where_things_fail),
	};

	return cmocka_run_group_tests(tests, NULL, tell);
}
