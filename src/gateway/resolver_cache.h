/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Answers that are still true, in as much memory as there is from the start. */

#include <stdint.h>

struct gateway_answer;
struct gateway_dns_name;
struct gateway_resolver_cache;

/* NULL: no memory.  Freed by free(). */
struct gateway_resolver_cache *gateway_resolver_cache(uint64_t seed);

/* What is known of @name, or NULL; until the next call of put(). */
const struct gateway_answer *gateway_resolver_cache_find(const struct gateway_resolver_cache *cache,
	const struct gateway_dns_name *name, uint16_t type, int64_t now);

/* Keep @answer in the place of what ends first of those that could be there. */
void gateway_resolver_cache_put(
	struct gateway_resolver_cache *cache, const struct gateway_answer *answer, int64_t now);
