/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "gateway/dns_name.h"
#include "gateway/resolver_config.h"

/* A pattern; of "*.example.com" what stands behind the star. */
struct rule {
	uint32_t service, edge;
	bool wildcard;
	struct gateway_dns_name name;
};

struct gateway_resolver_names {
	size_t count;
	struct rule rules[]; /* sorted */
};

/* By everything but the edge. */
static int compare(const struct rule *left, const struct rule *right)
{
	if (left->service != right->service)
		return left->service < right->service ? -1 : 1;
	if (left->wildcard != right->wildcard)
		return left->wildcard ? 1 : -1;
	if (left->name.length != right->name.length)
		return left->name.length - right->name.length;
	return gateway_dns_name_compare(left->name.wire, right->name.wire, left->name.length);
}

static int sorting(const void *left, const void *right)
{
	const struct rule *one = left, *other = right;
	int order = compare(one, other);

	return order ? order : (one->edge > other->edge) - (one->edge < other->edge);
}

static int add_rule(struct gateway_resolver_names *names, uint32_t service,
	const struct gateway_resolver_name *from, struct fault *why)
{
	struct rule *rule = &names->rules[names->count];
	const bool wildcard = text_starts(from->pattern, "*.");

	*rule = (struct rule){.service = service, .edge = from->edge, .wildcard = wildcard};
	if (!gateway_dns_name_set(&rule->name, from->pattern + (wildcard ? 2 : 0)) ||
		rule->name.length == 1)
		return fault(why, -EINVAL, (struct where){0}, "'%s' is no name", from->pattern);
	names->count++;
	return 0;
}

/* The first of those of @wanted, or NULL. */
static const struct rule *find(
	const struct gateway_resolver_names *names, const struct rule *wanted)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&names->rules[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < names->count && compare(&names->rules[low], wanted) == 0 ? &names->rules[low]
									      : NULL;
}

/* Half the room is for the exact name, half for the wildcard. */
static int check(const struct gateway_resolver_names *names, struct fault *why)
{
	for (size_t i = RESOLVER_EDGES / 2; i < names->count; i++)
		if (compare(&names->rules[i - RESOLVER_EDGES / 2], &names->rules[i]) == 0)
			return fault(why, -E2BIG, (struct where){0},
				"a name has more than %d edges of one service", RESOLVER_EDGES / 2);
	return 0;
}

struct gateway_resolver_names *gateway_resolver_names(
	const struct gateway_resolver_config *config, struct fault *why)
{
	struct gateway_resolver_names *names;
	size_t count = 0;
	int error = 0;

	for (size_t i = 0; i < config->service_count; i++)
		count += config->services[i].name_count;
	names = calloc(1, sizeof(*names) + count * sizeof(names->rules[0]));
	if (!names) {
		fault(why, -ENOMEM, (struct where){0}, "no memory for %zu names", count);
		return NULL;
	}
	for (size_t i = 0; i < config->service_count; i++)
		for (size_t j = 0; !error && j < config->services[i].name_count; j++)
			error = add_rule(names, (uint32_t)i, &config->services[i].names[j], why);
	qsort(names->rules, names->count, sizeof(names->rules[0]), sorting);
	if (!error)
		error = check(names, why);
	if (error) {
		free(names);
		return NULL;
	}
	return names;
}

static size_t add_edges(const struct gateway_resolver_names *names, const struct rule *wanted,
	uint32_t *edges, size_t count)
{
	const struct rule *rule = find(names, wanted), *end = names->rules + names->count;

	for (; rule && rule < end && compare(rule, wanted) == 0; rule++) {
		bool known = false;

		for (size_t i = 0; i < count; i++)
			known = known || edges[i] == rule->edge;
		if (!known)
			edges[count++] = rule->edge;
	}
	return count;
}

size_t gateway_resolver_names_edges(const struct gateway_resolver_names *names, uint32_t service,
	const struct gateway_dns_name *name, uint32_t *edges)
{
	struct rule wanted = {.service = service, .name = *name};
	size_t count = add_edges(names, &wanted, edges, 0), label = 1u + name->wire[0];

	if (label == 1)
		return count;
	wanted.wildcard = true;
	wanted.name.length = (uint8_t)(name->length - label);
	memcpy(wanted.name.wire, name->wire + label, wanted.name.length);
	return add_edges(names, &wanted, edges, count);
}
