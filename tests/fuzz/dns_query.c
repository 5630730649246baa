/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any bytes as a client's question: what is answered is a message, to this question, and no longer
 * than may be. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/resolver.h"
#include "unit/gateway/message.h"

static struct gateway_resolver *resolver;

static void make_resolver(void)
{
	static const struct gateway_resolver_name names[] = {
		{"api.example.com", 0}, {"*.example.com", 1}};
	static const struct gateway_resolver_service service = {.names = names, .name_count = 2};
	static struct gateway_resolver_upstream upstream = {.length = 1};
	static const struct gateway_resolver_config config = {.services = &service,
		.service_count = 1,
		.upstreams = &upstream,
		.upstream_count = 1};

	resolver = gateway_resolver(&config, 1, NULL);
	if (!resolver)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int64_t now = 1;
	static struct seen seen;
	static unsigned char answer[6144];
	struct gateway_resolver_client client = {.stream = size & 1};
	bool waits;

	if (!resolver)
		make_resolver();
	size_t length = gateway_resolver_ask(resolver, &client, data, size, now, answer, &waits);
	if (length && (waits || length > sizeof(answer) || !message_read(answer, length, &seen) ||
			      !(seen.flags & 0x8000) || memcmp(answer, data, 2) != 0))
		abort();
	/* Who waits hears that nothing came. */
	now += 10000;
	gateway_resolver_tick(resolver, now);
	if (gateway_resolver_next_answer(resolver, now, &client, answer, &length) != waits)
		abort();
	if (waits && (!message_read(answer, length, &seen) || (seen.flags & 0xf) != 2))
		abort();
	return 0;
}
