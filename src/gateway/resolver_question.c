/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_part.h"

enum {
	TRIES = 24,  /* messages to upstream for one question; a chain may need some */
	OTHERS = 32, /* messages that are no reply to it, until it is asked by TCP */
};

uint32_t gateway_question_find(
	const struct gateway_resolver *resolver, const struct gateway_dns_name *name, uint16_t type)
{
	for (uint32_t i = 0; resolver->question_count && i < RESOLVER_QUESTIONS; i++) {
		const struct gateway_question *question = &resolver->questions[i];

		if (question->state != QUESTION_FREE && question->answer.type == type &&
			gateway_dns_name_equal(&question->answer.asked, name))
			return i;
	}
	return NOBODY;
}

/* A few at once, and so many a second. */
static bool take_token(struct gateway_share *share, int64_t now)
{
	share->tokens += (now - share->filled) * RESOLVER_NEW_QUESTIONS;
	share->filled = now;
	if (share->tokens > RESOLVER_TOKENS)
		share->tokens = RESOLVER_TOKENS;
	if (share->tokens < 1000)
		return false;
	share->tokens -= 1000;
	return true;
}

/* A free place, or that of the oldest question. */
static uint32_t find_place(struct gateway_resolver *resolver)
{
	uint32_t oldest = 0;

	for (uint32_t i = 0; i < RESOLVER_QUESTIONS; i++) {
		if (resolver->questions[i].state == QUESTION_FREE)
			return i;
		if (resolver->questions[i].began < resolver->questions[oldest].began)
			oldest = i;
	}
	gateway_question_fail(resolver, oldest);
	return resolver->questions[oldest].state == QUESTION_FREE ? oldest : NOBODY;
}

static void set_due(struct gateway_resolver *resolver, struct gateway_question *question, bool due)
{
	resolver->due_count += due;
	resolver->due_count -= question->due;
	question->due = due;
}

uint32_t gateway_question_begin(struct gateway_resolver *resolver, uint32_t service,
	const struct gateway_dns_query *query, const struct gateway_answer *known, int64_t now)
{
	struct gateway_share *share = &resolver->shares[service];

	if (share->questions == RESOLVER_QUESTIONS_EACH ||
		(!known && (!resolver->config->upstream_count || !take_token(share, now))))
		return NOBODY;
	const uint32_t index = find_place(resolver);
	if (index == NOBODY)
		return NOBODY;
	struct gateway_question *question = &resolver->questions[index];
	question->state = known ? QUESTION_OPENING : QUESTION_ASKING;
	question->service = service;
	question->began = now;
	question->waiting = NOBODY;
	question->count = 0;
	question->server = resolver->server;
	question->tries = question->others = 0;
	question->stream = question->unextended = false;
	if (known) {
		question->answer = *known;
	} else {
		question->answer.asked = query->name;
		question->answer.type = query->type;
		question->answer.link_count = question->answer.address_count = 0;
		question->answer.seconds = ANSWER_SECONDS;
		set_due(resolver, question, true);
	}
	resolver->question_count++;
	share->questions++;
	return index;
}

void gateway_question_settle(struct gateway_resolver *resolver, uint32_t index)
{
	struct gateway_question *question = &resolver->questions[index];

	if (question->state == QUESTION_FREE || question->count)
		return;
	set_due(resolver, question, false);
	question->state = QUESTION_FREE;
	resolver->question_count--;
	resolver->shares[question->service].questions--;
}

void gateway_question_fail(struct gateway_resolver *resolver, uint32_t index)
{
	gateway_waiters_fail(resolver, index);
	gateway_question_settle(resolver, index);
}

/* Ask once more, in another way or for the next name. */
static void ask_again(struct gateway_resolver *resolver, uint32_t index)
{
	struct gateway_question *question = &resolver->questions[index];

	question->others = 0;
	if (++question->tries == TRIES)
		gateway_question_fail(resolver, index);
	else
		set_due(resolver, question, true);
}

static void ask_by_stream(struct gateway_resolver *resolver, uint32_t index)
{
	resolver->questions[index].stream = true;
	ask_again(resolver, index);
}

static void ask_next_server(struct gateway_resolver *resolver, uint32_t index)
{
	struct gateway_question *question = &resolver->questions[index];

	question->server = (question->server + 1) % resolver->config->upstream_count;
	question->stream = question->unextended = false;
	ask_again(resolver, index);
}

static void finish(struct gateway_resolver *resolver, uint32_t index, int64_t now)
{
	struct gateway_question *question = &resolver->questions[index];

	resolver->server = question->server;
	question->state = QUESTION_OPENING;
	if (question->answer.seconds)
		gateway_resolver_cache_put(resolver->cache, &question->answer, now);
	gateway_waiters_serve(resolver, index, -1, true, now);
}

bool gateway_resolver_awaits(const struct gateway_resolver *resolver, uint32_t slot)
{
	const struct gateway_question *question = &resolver->questions[slot];

	return question->state == QUESTION_ASKING && !question->due;
}

void gateway_resolver_heard(struct gateway_resolver *resolver, uint32_t slot,
	const unsigned char *bytes, size_t length, int64_t now)
{
	struct gateway_question *question = &resolver->questions[slot];

	if (!gateway_resolver_awaits(resolver, slot))
		return;
	/* Of a chain in parts the first one is the oldest. */
	if (!question->answer.link_count)
		question->answer.since = now;
	switch (gateway_dns_read_reply(bytes, length, question->id, question->stream,
		&resolver->refused, &question->answer)) {
	case DNS_OTHER:
		if (question->stream)
			ask_next_server(resolver, slot);
		else if (++question->others == OTHERS)
			ask_by_stream(resolver, slot);
		break;
	case DNS_FAILED:
		ask_next_server(resolver, slot);
		break;
	case DNS_UNEXTENDED:
		if (question->unextended) {
			ask_next_server(resolver, slot);
		} else {
			question->unextended = true;
			ask_again(resolver, slot);
		}
		break;
	case DNS_TRUNCATED:
		ask_by_stream(resolver, slot);
		break;
	case DNS_MORE:
		question->stream = false;
		ask_again(resolver, slot);
		break;
	case DNS_DONE:
		finish(resolver, slot, now);
		break;
	}
}

void gateway_resolver_failed(struct gateway_resolver *resolver, uint32_t slot)
{
	if (gateway_resolver_awaits(resolver, slot))
		ask_next_server(resolver, slot);
}

bool gateway_resolver_has_question(const struct gateway_resolver *resolver)
{
	return resolver->due_count > 0;
}

bool gateway_resolver_next_question(struct gateway_resolver *resolver, int64_t now, uint16_t random,
	struct gateway_resolver_question *out)
{
	uint32_t index = 0;

	if (!resolver->due_count)
		return false;
	while (!resolver->questions[index].due)
		index++;
	struct gateway_question *question = &resolver->questions[index];
	set_due(resolver, question, false);
	question->id = random;
	question->late = now + RESOLVER_TRY_MILLISECONDS;
	out->slot = index;
	out->server = question->server;
	out->stream = question->stream;
	out->length = gateway_dns_write_query(random, gateway_answer_end(&question->answer),
		question->answer.type, !question->unextended, out->bytes);
	return true;
}

bool gateway_resolver_busy(const struct gateway_resolver *resolver)
{
	return resolver->question_count > 0;
}

void gateway_resolver_tick(struct gateway_resolver *resolver, int64_t now)
{
	for (uint32_t i = 0; resolver->question_count && i < RESOLVER_QUESTIONS; i++) {
		struct gateway_question *question = &resolver->questions[i];

		if (question->state == QUESTION_FREE)
			continue;
		if (now - question->began >= RESOLVER_MILLISECONDS)
			gateway_question_fail(resolver, i);
		else if (gateway_resolver_awaits(resolver, i) && now >= question->late)
			ask_next_server(resolver, i);
	}
}
