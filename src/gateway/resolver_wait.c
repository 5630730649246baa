/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_part.h"

bool gateway_waiter_add(struct gateway_resolver *resolver, uint32_t index,
	const struct gateway_resolver_client *client, const struct gateway_dns_query *query)
{
	struct gateway_share *share = &resolver->shares[client->service];
	struct gateway_question *question = &resolver->questions[index];
	const uint32_t place = resolver->free;

	if (place == NOBODY || share->waiting == RESOLVER_WAITING_EACH)
		return false;
	resolver->free = resolver->waiters[place].next;
	resolver->waiters[place] = (struct gateway_waiter){.client = *client,
		.query = *query,
		.question = index,
		.opening = -1,
		.next = question->waiting};
	question->waiting = place;
	question->count++;
	share->waiting++;
	return true;
}

/* @code: what it gets instead of an answer. */
static void make_ready(struct gateway_resolver *resolver, uint32_t place, unsigned code)
{
	struct gateway_waiter *waiter = &resolver->waiters[place];

	if (code) {
		resolver->questions[waiter->question].count--;
		waiter->question = NOBODY;
	}
	waiter->code = code;
	waiter->next = NOBODY;
	if (resolver->ready == NOBODY)
		resolver->ready = place;
	else
		resolver->waiters[resolver->ready_last].next = place;
	resolver->ready_last = place;
}

void gateway_waiters_serve(
	struct gateway_resolver *resolver, uint32_t index, int opening, bool granted, int64_t now)
{
	struct gateway_question *question = &resolver->questions[index];
	uint32_t *next = &question->waiting;

	while (*next != NOBODY) {
		const uint32_t place = *next;
		struct gateway_waiter *waiter = &resolver->waiters[place];

		if (!granted && waiter->opening == opening)
			waiter->opening = OPENING_FAILED;
		else if (opening < 0 || waiter->opening == opening)
			waiter->opening = gateway_resolver_open(resolver, waiter->client.service,
				&waiter->query.name, &question->answer, now);
		if (waiter->opening >= 0) {
			next = &waiter->next;
			continue;
		}
		*next = waiter->next;
		make_ready(resolver, place,
			waiter->opening == OPENING_DONE ? ns_r_noerror : ns_r_servfail);
	}
	gateway_question_settle(resolver, index);
}

void gateway_waiters_fail(struct gateway_resolver *resolver, uint32_t index)
{
	struct gateway_question *question = &resolver->questions[index];

	while (question->waiting != NOBODY) {
		const uint32_t place = question->waiting;

		question->waiting = resolver->waiters[place].next;
		make_ready(resolver, place, ns_r_servfail);
	}
}

bool gateway_resolver_next_answer(struct gateway_resolver *resolver, int64_t now,
	struct gateway_resolver_client *client, unsigned char *answer, size_t *length)
{
	const uint32_t place = resolver->ready;

	if (place == NOBODY)
		return false;
	struct gateway_waiter *waiter = &resolver->waiters[place];
	*client = waiter->client;
	resolver->ready = waiter->next;
	if (waiter->question == NOBODY) {
		*length = gateway_dns_write_code(&waiter->query, waiter->code, true, answer);
	} else {
		struct gateway_question *question = &resolver->questions[waiter->question];

		*length = gateway_dns_write_answer(&waiter->query, &question->answer, now,
			client->stream ? DNS_ANSWER : waiter->query.size, answer);
		question->count--;
		gateway_question_settle(resolver, waiter->question);
	}
	resolver->shares[client->service].waiting--;
	waiter->next = resolver->free;
	resolver->free = place;
	return true;
}

void gateway_resolver_opened(
	struct gateway_resolver *resolver, const struct gateway_opened *opened, int64_t now)
{
	int opening = gateway_resolver_openings_heard(resolver->openings, opened);

	for (uint32_t i = 0; opening >= 0 && i < RESOLVER_QUESTIONS; i++)
		if (resolver->questions[i].state == QUESTION_OPENING)
			gateway_waiters_serve(resolver, i, opening, opened->result == 0, now);
}

void gateway_resolver_leave(struct gateway_resolver *resolver)
{
	for (uint32_t i = 0; i < RESOLVER_QUESTIONS; i++)
		if (resolver->questions[i].state != QUESTION_FREE)
			gateway_waiters_fail(resolver, i);
}

void gateway_resolver_alone(struct gateway_resolver *resolver)
{
	gateway_resolver_openings_end(resolver->openings);
	for (uint32_t i = 0; i < RESOLVER_QUESTIONS; i++)
		if (resolver->questions[i].state == QUESTION_OPENING)
			gateway_question_fail(resolver, i);
}
