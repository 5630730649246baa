/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the resolver answers to whom, what it asks upstream, and what it opens. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "catalog/special.h"
#include "gateway/resolver.h"
#include "gateway/resolver_refusals.h"
#include "unit/gateway/message.h"

enum { SHOP, PAYMENTS };

static const struct gateway_resolver_name shop_names[] = {{"cdn.example.com", 0}};
static const struct gateway_resolver_name payments_names[] = {
	{"api.stripe.com", 1},
	{"api.stripe.com.", 2}, /* another port */
	{"*.Stripe.com", 3},
	{"only.example.com", 4},
};
static const struct gateway_resolver_service services[] = {
	{.name = "shop",
		.has4 = true,
		.address4 = {198, 18, 0, 2},
		.names = shop_names,
		.name_count = 1},
	{.name = "payments",
		.has4 = true,
		.has6 = true,
		.address4 = {198, 18, 0, 3},
		.address6 = {0xfd, 0, [15] = 3},
		.names = payments_names,
		.name_count = 4},
};
enum { RANGES = 64 };
static struct prefix refused[RANGES];
static struct gateway_resolver_config config = {.services = services,
	.service_count = 2,
	.upstreams = (struct gateway_resolver_upstream[2]){{.length = 1}, {.length = 1}},
	.upstream_count = 2,
	.refused = refused};

/* In play: a resolver, its time, the last question to upstream, the last answer. */
static struct gateway_resolver *resolver;
static int64_t now;
static struct gateway_resolver_question asked;
static unsigned char answer[6144];
static size_t answer_length;
static struct seen seen;
static struct message message;

static int begin(void **state)
{
	struct fault why;

	(void)state;
	assert_true(catalog_special_count <= RANGES);
	config.refused_count = catalog_special_count;
	for (size_t i = 0; i < catalog_special_count; i++)
		if (!prefix_parse(catalog_specials[i].range, strlen(catalog_specials[i].range),
			    &refused[i]))
			return -1;
	now = 1000000;
	resolver = gateway_resolver(&config, 42, &why);
	return resolver ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	gateway_resolver_free(resolver);
	return 0;
}

static struct gateway_resolver_client client_of(uint32_t service, bool stream)
{
	return (struct gateway_resolver_client){
		.service = service, .port = 4711, .stream = stream, .connection = 5};
}

/* The message goes in; true: it was answered at once, and @seen is what. */
static bool ask_message(uint32_t service, bool stream)
{
	const struct gateway_resolver_client client = client_of(service, stream);
	bool waits;

	answer_length = gateway_resolver_ask(
		resolver, &client, message.bytes, message.length, now, answer, &waits);
	assert_false(answer_length && waits);
	if (answer_length)
		assert_true(message_read(answer, answer_length, &seen));
	return answer_length > 0;
}

static bool ask(uint32_t service, const char *name, uint16_t type)
{
	message_begin(&message, 77, MESSAGE_FLAGS_QUERY, name, type);
	return ask_message(service, false);
}

static unsigned code(void)
{
	return seen.flags & 0xf;
}

/* The next question to upstream is for @name. */
static void expect_question(const char *name, uint16_t type, uint16_t id)
{
	struct seen question;

	assert_true(gateway_resolver_next_question(resolver, now, id, &asked));
	assert_true(message_read(asked.bytes, asked.length, &question));
	assert_int_equal(question.id, id);
	assert_string_equal(question.question, name);
	assert_int_equal(question.type, type);
	assert_int_equal(question.flags, MESSAGE_FLAGS_QUERY);
}

static void hear(void)
{
	gateway_resolver_heard(resolver, asked.slot, message.bytes, message.length, now);
}

static void reply(uint16_t id, const char *name, uint16_t type)
{
	message_begin(&message, id, MESSAGE_FLAGS_REPLY, name, type);
}

static void add_address(const char *name, uint8_t last, uint32_t seconds)
{
	const unsigned char address[] = {203, 0, 113, last};

	message_record(&message, ANSWER, name, TYPE_A, 1, seconds, address, sizeof(address));
}

/* All that is wanted is opened; returns how many, the last of them in @opening. */
static struct gateway_opening opening;
static int open_all(int32_t result)
{
	int count = 0;

	while (gateway_resolver_next_opening(resolver, &opening)) {
		gateway_resolver_sent_opening(resolver);
		gateway_resolver_opened(resolver,
			&(struct gateway_opened){.number = opening.number, .result = result}, now);
		count++;
	}
	return count;
}

/* An answer has become ready, and @seen is what. */
static bool take_answer(void)
{
	struct gateway_resolver_client client;

	if (!gateway_resolver_next_answer(resolver, now, &client, answer, &answer_length))
		return false;
	assert_true(message_read(answer, answer_length, &seen));
	return true;
}

static void a_declared_name_is_answered_when_it_is_open(void **state)
{
	(void)state;
	assert_false(ask(PAYMENTS, "API.stripe.COM", TYPE_A));
	expect_question("API.stripe.COM", TYPE_A, 4321);
	reply(4321, "api.stripe.com", TYPE_A);
	add_address("api.stripe.com", 7, 120);
	hear();
	/* For both edges and the wildcard, and nobody hears of it before. */
	assert_false(take_answer());
	assert_int_equal(open_all(0), 3);
	assert_int_equal(opening.family, 4);
	assert_memory_equal(opening.bytes, ((unsigned char[16]){203, 0, 113, 7}), 16);
	assert_int_equal(opening.seconds, 150);
	assert_true(take_answer());
	assert_int_equal(seen.id, 77);
	assert_int_equal(seen.flags, 0x8180);
	assert_string_equal(seen.question, "API.stripe.COM");
	assert_int_equal(seen.counts[ANSWER], 1);
	assert_string_equal(seen.records[0].name, "API.stripe.COM");
	assert_int_equal(seen.records[0].seconds, 120);
	assert_false(take_answer());
	/* From now on at once, with what is left of its time. */
	now += 20000;
	assert_true(ask(PAYMENTS, "api.stripe.com", TYPE_A));
	assert_int_equal(seen.records[0].seconds, 100);
	assert_int_equal(open_all(0), 0);
	now += 100000;
	assert_false(ask(PAYMENTS, "api.stripe.com", TYPE_A));
}

static void names_that_are_not_declared_are_refused_and_remembered(void **state)
{
	static const char *const names[] = {"api.stripe.com", "example.com", "x.cdn.example.com",
		"cdn.example.com.evil.test", "com", "", "2.0.18.198.in-addr.arpa"};
	const struct gateway_refusals *refusals = gateway_resolver_refusals(resolver, SHOP);

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		assert_true(ask(SHOP, names[i], TYPE_A));
		assert_int_equal(code(), 5);
		assert_string_equal(seen.question, names[i]);
	}
	assert_int_equal(refusals->count, 7);
	for (int i = 0; i < 100; i++) {
		char name[64];

		now++;
		snprintf(name, sizeof(name), "secret%d.evil.test", i);
		assert_true(ask(SHOP, name, TYPE_A));
		assert_true(ask(SHOP, "Again.test", TYPE_A));
	}
	assert_int_equal(refusals->count, 207);
	uint64_t again = 0;
	for (int i = 0; i < REFUSALS; i++) {
		char text[DNS_NAME_TEXT];

		gateway_dns_name_text(&refusals->names[i].name, text);
		if (strcmp(text, "Again.test") == 0)
			again = refusals->names[i].count;
	}
	assert_int_equal(again, 100);
	assert_int_equal(gateway_resolver_refusals(resolver, PAYMENTS)->count, 0);
	assert_false(gateway_resolver_has_question(resolver));
}

static void a_wildcard_is_one_label(void **state)
{
	(void)state;
	assert_false(ask(PAYMENTS, "files.stripe.com", TYPE_A));
	assert_true(ask(PAYMENTS, "stripe.com", TYPE_A));
	assert_int_equal(code(), 5);
	assert_true(ask(PAYMENTS, "a.b.stripe.com", TYPE_A));
	assert_int_equal(code(), 5);
	assert_true(ask(PAYMENTS, "xstripe.com", TYPE_A));
	assert_int_equal(code(), 5);
}

static void other_types_of_a_declared_name_are_empty(void **state)
{
	static const uint16_t empty[] = {TYPE_HTTPS, 64, 16, 15, 12, 5, 6},
			      meta[] = {255, 252, 251};

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		assert_true(ask(SHOP, "cdn.example.com", empty[i]));
		assert_int_equal(seen.flags, 0x8180);
		assert_int_equal(seen.counts[ANSWER], 0);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_true(ask(SHOP, "cdn.example.com", meta[i]));
		assert_int_equal(code(), 5);
	}
}

static void what_is_no_question_is_not_taken_for_one(void **state)
{
	(void)state;
	/* An answer is never answered, and so never two answer each other. */
	message_begin(&message, 1, MESSAGE_FLAGS_REPLY, "cdn.example.com", TYPE_A);
	assert_false(ask_message(SHOP, false));
	message.length = 11;
	assert_false(ask_message(SHOP, false));
	/* A notify, an update. */
	message_begin(&message, 2, 4 << 11, "cdn.example.com", TYPE_A);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 4);
	message_begin(&message, 3, 5 << 11, "cdn.example.com", TYPE_A);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 4);
	/* No question, two of them, records in a question. */
	message_begin(&message, 4, MESSAGE_FLAGS_QUERY, NULL, 0);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 1);
	message_begin(&message, 5, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	message.bytes[5] = 2;
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 1);
	message_begin(&message, 6, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 1, 1);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 1);
	/* Bytes behind it, and another class. */
	message_begin(&message, 7, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	message.length++;
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 1);
	message_begin(&message, 8, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	message.bytes[message.length - 1] = 3;
	{
		const struct gateway_resolver_client client = client_of(SHOP, false);
		bool waits;

		assert_true(gateway_resolver_ask(resolver, &client, message.bytes, message.length,
				    now, answer, &waits) > 0);
		assert_int_equal(answer[3] & 0xf, 5);
	}
	assert_false(gateway_resolver_has_question(resolver));
}

static void extensions_are_answered_as_far_as_they_are_known(void **state)
{
	(void)state;
	/* DNSSEC is not passed on; the size is bounded. */
	message_begin(&message, 1, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_HTTPS);
	message_option(&message, 4096, 0x8000);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(seen.counts[ADDITIONAL], 1);
	assert_int_equal(seen.records[0].type, TYPE_OPT);
	assert_int_equal(seen.records[0].class, 1232);
	assert_int_equal(seen.records[0].seconds, 0);
	/* A version that is not known. */
	message_begin(&message, 2, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	message_option(&message, 1232, 1 << 16);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 0);
	assert_int_equal(seen.records[0].seconds, 1 << 24);
	/* Two of them. */
	message_begin(&message, 3, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	message_option(&message, 1232, 0);
	message_option(&message, 1232, 0);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(code(), 1);
}

static void only_the_chain_counts(void **state)
{
	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	reply(9, "cdn.example.com", TYPE_A);
	add_address("evil.test", 66, 100);
	add_address("edge.net", 8, 50);
	message_alias(&message, ANSWER, "mid.example.com", "EDGE.net", 20);
	message_alias(&message, ANSWER, "cdn.example.com", "mid.example.com", 300);
	add_address("cdn.example.com", 67, 100); /* who has an alias has nothing else */
	message_record(&message, AUTHORITY, "edge.net", TYPE_A, 1, 100, "\xcb\0\x71\x44", 4);
	message_record(&message, ADDITIONAL, "edge.net", TYPE_A, 1, 100, "\xcb\0\x71\x45", 4);
	message_record(&message, ADDITIONAL, "edge.net", TYPE_A, 3, 100, "\xcb\0\x71\x46", 4);
	hear();
	assert_int_equal(open_all(0), 1);
	assert_int_equal(opening.bytes[3], 8);
	assert_true(take_answer());
	assert_int_equal(seen.counts[ANSWER], 3);
	assert_string_equal(seen.records[0].to, "mid.example.com");
	assert_string_equal(seen.records[1].name, "mid.example.com");
	assert_string_equal(seen.records[1].to, "EDGE.net");
	assert_string_equal(seen.records[2].name, "EDGE.net");
	assert_int_equal(seen.records[2].seconds, 50);
	/* It is kept as long as all of it is true. */
	now += 19000;
	assert_true(ask(SHOP, "cdn.example.com", TYPE_A));
	now += 1000;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
}

static void a_chain_that_leads_out_is_asked_on(void **state)
{
	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_AAAA));
	expect_question("cdn.example.com", TYPE_AAAA, 9);
	reply(9, "cdn.example.com", TYPE_AAAA);
	message_alias(&message, ANSWER, "cdn.example.com", "edge.net", 300);
	hear();
	expect_question("edge.net", TYPE_AAAA, 10);
	reply(10, "edge.net", TYPE_AAAA);
	message_record(&message, ANSWER, "edge.net", TYPE_AAAA, 1, 100,
		"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	hear();
	assert_int_equal(open_all(0), 1);
	assert_int_equal(opening.family, 6);
	assert_true(take_answer());
	assert_int_equal(seen.counts[ANSWER], 2);
	assert_string_equal(seen.records[1].name, "edge.net");
}

static void chains_without_end_fail(void **state)
{
	int questions = 0;

	(void)state;
	/* A loop. */
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	for (; gateway_resolver_has_question(resolver); questions++) {
		assert_true(gateway_resolver_next_question(resolver, now, 9, &asked));
		reply(9, "cdn.example.com", TYPE_A);
		message_alias(&message, ANSWER, "cdn.example.com", "b.net", 300);
		message_alias(&message, ANSWER, "b.net", "CDN.example.com", 300);
		hear();
	}
	assert_true(questions >= 2 && questions < 30);
	assert_true(take_answer());
	assert_int_equal(code(), 2);
	/* One that goes on and on. */
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	for (questions = 0; gateway_resolver_has_question(resolver); questions++) {
		struct seen question;
		char next[32];

		assert_true(gateway_resolver_next_question(resolver, now, 9, &asked));
		assert_true(message_read(asked.bytes, asked.length, &question));
		snprintf(next, sizeof(next), "n%d.net", questions);
		reply(9, question.question, TYPE_A);
		message_alias(&message, ANSWER, question.question, next, 300);
		hear();
	}
	assert_true(questions < 30);
	assert_true(take_answer());
	assert_int_equal(code(), 2);
}

static void nothing_is_kept_as_long_as_its_zone_says(void **state)
{
	(void)state;
	for (int nxdomain = 0; nxdomain < 2; nxdomain++) {
		const char *name = nxdomain ? "no.stripe.com" : "none.stripe.com";

		assert_false(ask(PAYMENTS, name, TYPE_A));
		expect_question(name, TYPE_A, 9);
		message_begin(&message, 9, (uint16_t)(MESSAGE_FLAGS_REPLY | (nxdomain ? 3 : 0)),
			name, TYPE_A);
		message_nothing(&message, "evil.test", 3600, 3600);
		message_nothing(&message, "Stripe.com", 3600, 60);
		hear();
		assert_true(take_answer());
		assert_int_equal(code(), nxdomain ? 3 : 0);
		assert_int_equal(seen.counts[ANSWER], 0);
		now += 59000;
		assert_true(ask(PAYMENTS, name, TYPE_A));
		assert_int_equal(code(), nxdomain ? 3 : 0);
		now += 1000;
		assert_false(ask(PAYMENTS, name, TYPE_A));
		/* Without a word of the zone it is not kept at all. */
		expect_question(name, TYPE_A, 9);
		message_begin(&message, 9, (uint16_t)(MESSAGE_FLAGS_REPLY | (nxdomain ? 3 : 0)),
			name, TYPE_A);
		hear();
		assert_true(take_answer());
		assert_int_equal(code(), nxdomain ? 3 : 0);
		assert_false(ask(PAYMENTS, name, TYPE_A));
		expect_question(name, TYPE_A, 9);
		message_begin(&message, 9, MESSAGE_FLAGS_REPLY | 3, name, TYPE_A);
		message_nothing(&message, "com", 3600, 3600);
		hear();
		assert_true(take_answer());
		now += 899000;
		assert_true(ask(PAYMENTS, name, TYPE_A));
		now += 2000;
		assert_false(ask(PAYMENTS, name, TYPE_A));
		gateway_resolver_next_question(resolver, now, 9, &asked);
	}
}

static void special_addresses_are_never_given_away(void **state)
{
	static const unsigned char special[][4] = {{127, 0, 0, 1}, {169, 254, 169, 254},
		{0, 0, 0, 0}, {198, 18, 0, 2}, {198, 19, 255, 255}, {224, 0, 0, 1},
		{255, 255, 255, 255}};

	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	reply(9, "cdn.example.com", TYPE_A);
	for (size_t i = 0; i < 7; i++)
		message_record(&message, ANSWER, "cdn.example.com", TYPE_A, 1, 60, special[i], 4);
	add_address("cdn.example.com", 5, 60);
	/* Addresses inside a house are somebody's. */
	message_record(&message, ANSWER, "cdn.example.com", TYPE_A, 1, 60, "\x0a\x01\x02\x03", 4);
	hear();
	assert_int_equal(open_all(0), 2);
	assert_true(take_answer());
	assert_int_equal(seen.counts[ANSWER], 2);
	/* With nothing left it has no address, which is an answer: nobody need ask again. */
	assert_false(ask(PAYMENTS, "only.example.com", TYPE_A));
	expect_question("only.example.com", TYPE_A, 9);
	reply(9, "only.example.com", TYPE_A);
	message_record(&message, ANSWER, "only.example.com", TYPE_A, 1, 60, special[1], 4);
	hear();
	assert_int_equal(open_all(0), 0);
	assert_true(take_answer());
	assert_int_equal(seen.flags, 0x8180);
	assert_int_equal(seen.counts[ANSWER], 0);
}

static void a_short_time_opens_for_long_enough(void **state)
{
	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	reply(9, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 5, 0);
	hear();
	assert_int_equal(open_all(0), 1);
	assert_int_equal(opening.seconds, 60);
	assert_true(take_answer());
	assert_int_equal(seen.records[0].seconds, 0);
	/* It is true now alone. */
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	/* And the longest time is an hour; of a time below 0 nothing is kept. */
	reply(9, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 5, INT32_MAX);
	hear();
	assert_int_equal(open_all(0), 1);
	assert_int_equal(opening.seconds, 3630);
	assert_true(take_answer());
	assert_int_equal(seen.records[0].seconds, 3600);
	now += 3601000;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	reply(9, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 5, UINT32_MAX);
	hear();
	assert_int_equal(open_all(0), 1);
	assert_true(take_answer());
	assert_int_equal(seen.records[0].seconds, 0);
}

static void who_is_not_open_is_not_named(void **state)
{
	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	reply(9, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 5, 60);
	hear();
	assert_int_equal(open_all(-28), 1);
	assert_true(take_answer());
	assert_int_equal(code(), 2);
	assert_int_equal(seen.counts[ANSWER], 0);
	/* It is known, and tried again. */
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	assert_false(gateway_resolver_has_question(resolver));
	assert_int_equal(open_all(0), 1);
	assert_true(take_answer());
	assert_int_equal(code(), 0);
	/* Without the launcher what is open is answered still, and nothing else. */
	assert_false(ask(PAYMENTS, "only.example.com", TYPE_A));
	expect_question("only.example.com", TYPE_A, 9);
	reply(9, "only.example.com", TYPE_A);
	add_address("only.example.com", 6, 60);
	hear();
	gateway_resolver_alone(resolver);
	assert_true(take_answer());
	assert_int_equal(code(), 2);
	assert_true(ask(SHOP, "cdn.example.com", TYPE_A));
	assert_int_equal(code(), 0);
	assert_int_equal(seen.counts[ANSWER], 1);
	assert_true(ask(PAYMENTS, "only.example.com", TYPE_A));
	assert_int_equal(code(), 2);
}

/* As many addresses of one name as there can be, that differ in their last bytes alone. */
static void many_addresses_are_opened_at_once(void **state)
{
	unsigned char address[16] = {0x20, 1, 0xd, 0xb8};

	(void)state;
	assert_false(ask(PAYMENTS, "api.stripe.com", TYPE_AAAA));
	expect_question("api.stripe.com", TYPE_AAAA, 9);
	reply(9, "api.stripe.com", TYPE_AAAA);
	for (int i = 0; i < 64; i++) {
		address[15] = (unsigned char)i;
		message_record(&message, ANSWER, "api.stripe.com", TYPE_AAAA, 1, 60, address, 16);
	}
	hear();
	/* But the launcher is asked for so many at a time. */
	uint32_t numbers[RESOLVER_OPENINGS];
	for (int i = 0; i < RESOLVER_OPENINGS; i++) {
		assert_true(gateway_resolver_next_opening(resolver, &opening));
		gateway_resolver_sent_opening(resolver);
		numbers[i] = opening.number;
	}
	assert_false(gateway_resolver_next_opening(resolver, &opening));
	/* An answer that nobody waits for makes no room. */
	gateway_resolver_opened(resolver, &(struct gateway_opened){.number = 1 << 30}, now);
	assert_false(gateway_resolver_next_opening(resolver, &opening));
	for (int i = 0; i < RESOLVER_OPENINGS; i++)
		gateway_resolver_opened(
			resolver, &(struct gateway_opened){.number = numbers[i]}, now);
	assert_false(take_answer());
	assert_int_equal(open_all(0), 3 * 64 - RESOLVER_OPENINGS);
	assert_true(take_answer());
	assert_int_equal(seen.flags, 0x8180 | MESSAGE_TRUNCATED);
}

static void one_service_has_no_use_of_what_is_open_to_another(void **state)
{
	static const struct gateway_resolver_name both[] = {{"cdn.example.com", 0}},
						  other[] = {{"cdn.example.com", 9}};
	static const struct gateway_resolver_service two[] = {
		{.name = "a", .names = both, .name_count = 1},
		{.name = "b", .names = other, .name_count = 1}};
	const struct gateway_resolver_config alike = {.services = two,
		.service_count = 2,
		.upstreams = config.upstreams,
		.upstream_count = 1};
	struct fault why;

	(void)state;
	gateway_resolver_free(resolver);
	resolver = gateway_resolver(&alike, 1, &why);
	assert_non_null(resolver);
	assert_false(ask(0, "cdn.example.com", TYPE_A));
	/* Who asks for the same waits for the same. */
	assert_false(ask(1, "CDN.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	assert_false(gateway_resolver_has_question(resolver));
	reply(9, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 5, 60);
	hear();
	assert_true(gateway_resolver_next_opening(resolver, &opening));
	gateway_resolver_sent_opening(resolver);
	gateway_resolver_opened(resolver, &(struct gateway_opened){.number = opening.number}, now);
	assert_true(take_answer());
	assert_string_equal(
		seen.question, opening.edge == 9 ? "CDN.example.com" : "cdn.example.com");
	assert_false(take_answer());
	assert_int_equal(open_all(0), 1);
	assert_true(take_answer());
}

static void what_is_no_reply_changes_nothing(void **state)
{
	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	/* Another id, another name, another type, a question, another slot, rubbish. */
	reply(10, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 66, 60);
	hear();
	reply(9, "cdn.example.org", TYPE_A);
	add_address("cdn.example.com", 66, 60);
	hear();
	reply(9, "cdn.example.com", TYPE_AAAA);
	add_address("cdn.example.com", 66, 60);
	hear();
	message_begin(&message, 9, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 66, 60);
	hear();
	reply(9, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 66, 60);
	gateway_resolver_heard(resolver, (asked.slot + 1) % RESOLVER_QUESTIONS, message.bytes,
		message.length, now);
	for (size_t length = 0; length < message.length; length += 4)
		gateway_resolver_heard(resolver, asked.slot, message.bytes, length, now);
	assert_false(gateway_resolver_has_question(resolver));
	assert_true(gateway_resolver_awaits(resolver, asked.slot));
	reply(9, "CDN.example.com", TYPE_A);
	add_address("cdn.EXAMPLE.com", 5, 60);
	hear();
	assert_int_equal(open_all(0), 1);
	assert_int_equal(opening.bytes[3], 5);
	assert_true(take_answer());
	assert_false(take_answer());
}

static void who_guesses_many_times_is_asked_by_tcp(void **state)
{
	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	assert_false(asked.stream);
	for (uint16_t id = 100; !gateway_resolver_has_question(resolver); id++) {
		assert_true(id < 200);
		reply(id, "cdn.example.com", TYPE_A);
		hear();
	}
	expect_question("cdn.example.com", TYPE_A, 11);
	assert_true(asked.stream);
}

static void what_was_cut_is_asked_by_tcp(void **state)
{
	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	message_begin(
		&message, 9, MESSAGE_FLAGS_REPLY | MESSAGE_TRUNCATED, "cdn.example.com", TYPE_A);
	add_address("cdn.example.com", 66, 60);
	hear();
	assert_false(gateway_resolver_awaits(resolver, asked.slot));
	expect_question("cdn.example.com", TYPE_A, 10);
	assert_true(asked.stream);
	reply(10, "cdn.example.com", TYPE_A);
	for (int i = 0; i < 200; i++)
		add_address("cdn.example.com", (uint8_t)i, 60);
	hear();
	assert_int_equal(open_all(0), 64);
	/* 64 addresses are longer than a datagram may be. */
	assert_true(take_answer());
	assert_int_equal(seen.flags, 0x8180 | MESSAGE_TRUNCATED);
	assert_int_equal(seen.counts[ANSWER], 0);
	message_begin(&message, 1, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	message_option(&message, 1232, 0);
	assert_true(ask_message(SHOP, false));
	assert_int_equal(seen.counts[ANSWER], 64);
	assert_true(answer_length <= 1232);
	message_begin(&message, 1, MESSAGE_FLAGS_QUERY, "cdn.example.com", TYPE_A);
	assert_true(ask_message(SHOP, true));
	assert_int_equal(seen.counts[ANSWER], 64);
}

static void servers_are_asked_in_turn_until_the_time_is_over(void **state)
{
	size_t servers[8];
	int count = 0;
	int64_t start = now;

	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	for (; !take_answer(); now += 100) {
		assert_true(gateway_resolver_busy(resolver));
		while (gateway_resolver_next_question(resolver, now, 9, &asked)) {
			assert_true(count < 8);
			servers[count++] = asked.server;
		}
		gateway_resolver_tick(resolver, now);
	}
	assert_int_equal(code(), 2);
	assert_in_range(now - start, 5000, 5200);
	assert_int_equal(count, 4);
	for (int i = 1; i < 4; i++)
		assert_int_equal(servers[i], (servers[i - 1] + 1) % 2);
	assert_false(gateway_resolver_busy(resolver));
	/* A server that fails is passed over at once; the one that answers is asked first next. */
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	size_t first = asked.server;
	message_begin(&message, 9, MESSAGE_FLAGS_REPLY | 2, "cdn.example.com", TYPE_A);
	hear();
	expect_question("cdn.example.com", TYPE_A, 10);
	assert_int_not_equal(asked.server, first);
	reply(10, "cdn.example.com", TYPE_A);
	hear();
	assert_true(take_answer());
	assert_false(ask(SHOP, "cdn.example.com", TYPE_AAAA));
	expect_question("cdn.example.com", TYPE_AAAA, 10);
	assert_int_not_equal(asked.server, first);
	/* None of them listens. */
	for (count = 0; gateway_resolver_awaits(resolver, asked.slot); count++) {
		gateway_resolver_failed(resolver, asked.slot);
		gateway_resolver_next_question(resolver, now, 9, &asked);
	}
	assert_true(count < 30);
	assert_true(take_answer());
	assert_int_equal(code(), 2);
}

static void a_server_of_the_old_kind_is_asked_plainly(void **state)
{
	struct seen question;

	(void)state;
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	expect_question("cdn.example.com", TYPE_A, 9);
	assert_true(message_read(asked.bytes, asked.length, &question));
	assert_int_equal(question.counts[ADDITIONAL], 1);
	assert_int_equal(question.records[0].class, 1232);
	message_begin(&message, 9, MESSAGE_FLAGS_REPLY | 1, NULL, 0);
	hear();
	expect_question("cdn.example.com", TYPE_A, 10);
	assert_true(message_read(asked.bytes, asked.length, &question));
	assert_int_equal(question.counts[ADDITIONAL], 0);
}

static void one_service_leaves_room_for_the_others(void **state)
{
	int taken = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "x%d.stripe.com", i);
		if (!ask(PAYMENTS, name, TYPE_A))
			taken++;
		else
			assert_int_equal(code(), 2);
	}
	assert_int_equal(taken, RESOLVER_QUESTIONS_EACH);
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	taken = 0;
	while (!ask(PAYMENTS, "x1.stripe.com", TYPE_A))
		taken++;
	assert_in_range(taken, 1, RESOLVER_WAITING_EACH);
	assert_false(ask(SHOP, "cdn.example.com", TYPE_A));
	/* All end, and a second later there is room again, for so many. */
	now += 5000;
	gateway_resolver_tick(resolver, now);
	while (take_answer())
		assert_int_equal(code(), 2);
	taken = 0;
	for (int i = 0; i < 1000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "y%d.stripe.com", i);
		if (ask(PAYMENTS, name, TYPE_A))
			break;
		assert_true(gateway_resolver_next_question(resolver, now, 9, &asked));
		reply(9, name, TYPE_A);
		hear();
		assert_true(take_answer());
		taken++;
	}
	assert_int_equal(taken, 2 * RESOLVER_NEW_QUESTIONS);
}

static void services_are_known_by_their_addresses(void **state)
{
	static const unsigned char shop[] = {198, 18, 0, 2}, nobody[] = {198, 18, 0, 4},
				   payments6[16] = {0xfd, 0, [15] = 3};

	(void)state;
	assert_int_equal(gateway_resolver_service(resolver, false, shop), SHOP);
	assert_int_equal(gateway_resolver_service(resolver, true, payments6), PAYMENTS);
	assert_int_equal(gateway_resolver_service(resolver, false, nobody), UINT32_MAX);
	assert_int_equal(
		gateway_resolver_service(resolver, true, (const unsigned char[16]){0}), UINT32_MAX);
}

static void a_pattern_that_is_no_name_is_refused(void **state)
{
	static const char *const wrong[] = {"a..b", ".", "*.",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct gateway_resolver_name name = {wrong[i], 0};
		const struct gateway_resolver_service service = {.names = &name, .name_count = 1};
		const struct gateway_resolver_config bad = {
			.services = &service, .service_count = 1};
		struct fault why;

		assert_null(gateway_resolver(&bad, 1, &why));
		assert_non_null(strstr(why.text, wrong[i]));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_declared_name_is_answered_when_it_is_open),
		TEST(names_that_are_not_declared_are_refused_and_remembered),
		TEST(a_wildcard_is_one_label),
		TEST(other_types_of_a_declared_name_are_empty),
		TEST(what_is_no_question_is_not_taken_for_one),
		TEST(extensions_are_answered_as_far_as_they_are_known),
		TEST(only_the_chain_counts),
		TEST(a_chain_that_leads_out_is_asked_on),
		TEST(chains_without_end_fail),
		TEST(nothing_is_kept_as_long_as_its_zone_says),
		TEST(special_addresses_are_never_given_away),
		TEST(a_short_time_opens_for_long_enough),
		TEST(who_is_not_open_is_not_named),
		TEST(many_addresses_are_opened_at_once),
		TEST(one_service_has_no_use_of_what_is_open_to_another),
		TEST(what_is_no_reply_changes_nothing),
		TEST(who_guesses_many_times_is_asked_by_tcp),
		TEST(what_was_cut_is_asked_by_tcp),
		TEST(servers_are_asked_in_turn_until_the_time_is_over),
		TEST(a_server_of_the_old_kind_is_asked_plainly),
		TEST(one_service_leaves_room_for_the_others),
		TEST(services_are_known_by_their_addresses),
		TEST(a_pattern_that_is_no_name_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
