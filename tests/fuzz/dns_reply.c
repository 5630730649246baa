/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any bytes as what upstream says to a question, several messages one behind the other: what the
 * client then hears is a message, without an address that is refused or that was not opened. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/resolver.h"
#include "unit/gateway/message.h"

static struct gateway_resolver *resolver;
static struct prefix refused[2];
static struct seen seen;

static void make_resolver(void)
{
	static const struct gateway_resolver_name name = {"api.example.com", 0};
	static const struct gateway_resolver_service service = {.names = &name, .name_count = 1};
	static struct gateway_resolver_upstream upstreams[2] = {{.length = 1}, {.length = 1}};
	static const struct gateway_resolver_config config = {.services = &service,
		.service_count = 1,
		.upstreams = upstreams,
		.upstream_count = 2,
		.refused = refused,
		.refused_count = 2};

	if (!prefix_parse("127.0.0.0/8", 11, &refused[0]) ||
		!prefix_parse("fe80::/10", 9, &refused[1]) ||
		!(resolver = gateway_resolver(&config, 1, NULL)))
		abort();
}

static struct gateway_opening opened[64];
static size_t opened_count;

static void open_all(int64_t now)
{
	opened_count = 0;
	while (gateway_resolver_next_opening(resolver, &opened[opened_count])) {
		const struct gateway_opened said = {.number = opened[opened_count].number};

		gateway_resolver_sent_opening(resolver);
		gateway_resolver_opened(resolver, &said, now);
		if (++opened_count == 64)
			break;
	}
}

static void check_answer(uint16_t type)
{
	const size_t width = type == TYPE_A ? 4 : 16;

	for (size_t i = 0; i < seen.count; i++) {
		bool open = false;

		if (seen.records[i].type == TYPE_CNAME)
			continue;
		for (size_t j = 0; j < opened_count; j++)
			open = open || memcmp(opened[j].bytes, seen.records[i].data, width) == 0;
		if (seen.records[i].type != type || seen.records[i].length != width || !open ||
			prefix_holds(&refused[type != TYPE_A], seen.records[i].data))
			abort();
	}
}

/* The question alone, without what stands before and behind it. */
static size_t question_length(const struct gateway_resolver_question *question)
{
	size_t length = 12;

	while (question->bytes[length])
		length += 1u + question->bytes[length];
	return length + 5 - 12;
}

/* One byte says whether the id and question of ours are put in, or nearly nothing would be a reply;
 * then flags and counts; a byte that says nothing; records. */
static void hear(const struct gateway_resolver_question *question, const uint8_t *data, size_t size,
	int64_t now)
{
	static unsigned char bytes[4096];

	if (size < 12 || data[0] & 1) {
		gateway_resolver_heard(resolver, question->slot, data, size, now);
		return;
	}
	const size_t asked = question_length(question);
	memcpy(bytes, question->bytes, 2);
	memcpy(bytes + 2, data + 1, 10);
	memcpy(bytes + 12, question->bytes + 12, asked);
	memcpy(bytes + 12 + asked, data + 12, size - 12);
	gateway_resolver_heard(resolver, question->slot, bytes, asked + size, now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int64_t now = 1;
	static struct message message;
	static unsigned char answer[6144];
	struct gateway_resolver_client client = {.stream = true};
	struct gateway_resolver_question question = {.length = 0};
	const uint16_t type = size && data[0] & 2 ? TYPE_AAAA : TYPE_A;
	size_t length, used = 0;
	bool waits;

	if (!resolver)
		make_resolver();
	now += 4 * 3600 * 1000;
	message_begin(&message, 7, MESSAGE_FLAGS_QUERY, "api.example.com", type);
	if (gateway_resolver_ask(
		    resolver, &client, message.bytes, message.length, now, answer, &waits) ||
		!waits)
		abort();
	while (used + 2 < size) {
		const size_t next = ((size_t)data[used] << 8 | data[used + 1]) % 2048;
		const size_t taken = next < size - used - 2 ? next : size - used - 2;

		gateway_resolver_next_question(resolver, now, 0x1234, &question);
		hear(&question, data + used + 2, taken, now);
		used += 2 + taken;
	}
	open_all(now);
	now += 10000;
	gateway_resolver_tick(resolver, now);
	if (!gateway_resolver_next_answer(resolver, now, &client, answer, &length) ||
		!message_read(answer, length, &seen) || seen.id != 7)
		abort();
	check_answer(type);
	return 0;
}
