/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_cache.h"

#include <stdlib.h>

#include "gateway/answer.h"

enum { GROUPS = 128, GROUP = 8 };

struct gateway_resolver_cache {
	uint64_t seed; /* so that nobody knows whose group is the same */
	struct gateway_answer answers[GROUPS][GROUP];
};

struct gateway_resolver_cache *gateway_resolver_cache(uint64_t seed)
{
	struct gateway_resolver_cache *cache = calloc(1, sizeof(*cache));

	if (cache)
		cache->seed = seed;
	return cache;
}

static size_t group_of(const struct gateway_resolver_cache *cache,
	const struct gateway_dns_name *name, uint16_t type)
{
	return gateway_dns_name_hash(name, cache->seed ^ type) % GROUPS;
}

static uint32_t left(const struct gateway_answer *answer, int64_t now)
{
	return gateway_answer_left(answer, answer->seconds, now);
}

static bool is_of(
	const struct gateway_answer *answer, const struct gateway_dns_name *name, uint16_t type)
{
	return answer->type == type && gateway_dns_name_equal(&answer->asked, name);
}

const struct gateway_answer *gateway_resolver_cache_find(const struct gateway_resolver_cache *cache,
	const struct gateway_dns_name *name, uint16_t type, int64_t now)
{
	const struct gateway_answer *group = cache->answers[group_of(cache, name, type)];

	for (size_t i = 0; i < GROUP; i++)
		if (is_of(&group[i], name, type))
			return left(&group[i], now) ? &group[i] : NULL;
	return NULL;
}

void gateway_resolver_cache_put(
	struct gateway_resolver_cache *cache, const struct gateway_answer *answer, int64_t now)
{
	struct gateway_answer *group =
				      cache->answers[group_of(cache, &answer->asked, answer->type)],
			      *place = group;

	for (size_t i = 0; i < GROUP; i++) {
		if (is_of(&group[i], &answer->asked, answer->type)) {
			place = &group[i];
			break;
		}
		if (left(&group[i], now) < left(place, now))
			place = &group[i];
	}
	*place = *answer;
}
