/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/prefix.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network_names_set.h"
#include "enforce/network_rules.h"
#include "enforce/network_space.h"
#include "plan/plan.h"

enum { MILLISECONDS = 1000 };

int enforce_network_open_name(const struct plan *plan, const struct plan_outside *outside,
	int network, bool wide, const unsigned char *address, uint32_t seconds, struct fault *why)
{
	char name[NETWORK_NAME_SET];

	if (!enforce_rules_name_set(plan, outside, wide, name))
		return fault(why, -EINVAL, outside->where, "this line names nobody");
	scoped(visit) int home = enforce_network_visit(network, outside->where, why);
	if (home < 0)
		return home;
	int error = enforce_name_set_open(name, wide, address, seconds);
	return error ? fault(why, error, outside->where, "cannot open an address of '%s'",
			       outside->name)
		     : 0;
}

/* The addresses of @outside in the table of @network, of one family: in memory that the caller
 * frees. */
static struct network_name_found *list_addresses(const struct plan *plan,
	const struct plan_outside *outside, bool wide, int network, size_t *count,
	struct fault *why)
{
	char name[NETWORK_NAME_SET];
	struct network_name_found *found = calloc(NETWORK_CONNECTIONS, sizeof(*found));

	*count = 0;
	if (!found) {
		fault(why, -ENOMEM, outside->where, "no memory for addresses");
		return NULL;
	}
	scoped(visit) int home = enforce_network_visit(network, outside->where, why);
	if (home >= 0) {
		int error = enforce_rules_name_set(plan, outside, wide, name)
				    ? enforce_name_set_list(name, found, NETWORK_CONNECTIONS, count)
				    : 0;

		if (error == 0)
			return found;
		fault(why, error, outside->where, "cannot read the addresses of '%s'",
			outside->name);
	}
	free(found);
	return NULL;
}

static int copy_set(const struct plan *plan, const struct plan_outside *outside, bool wide,
	int from, int to, struct fault *why)
{
	size_t count;
	struct network_name_found *list = list_addresses(plan, outside, wide, from, &count, why);
	scoped(memory) void *room = list;
	int error = list ? 0 : -EIO;

	for (size_t i = 0; !error && i < count; i++)
		if (list[i].length == (wide ? 16 : 4) && list[i].left >= MILLISECONDS)
			error = enforce_network_open_name(plan, outside, to, wide, list[i].address,
				(uint32_t)(list[i].left / MILLISECONDS), why);
	return error;
}

int enforce_network_copy_names(const struct plan *plan, const struct plan_service *service,
	int from, int to, struct fault *why)
{
	int error = 0;

	for (size_t i = 0; i < plan->outside_count && !error; i++) {
		const struct plan_outside *outside = &plan->outsides[i];

		if (!outside->name || !text_equal(outside->from, service->name) ||
			enforce_rules_name_repeated(plan, i))
			continue;
		error = copy_set(plan, outside, false, from, to, why);
		if (!error)
			error = copy_set(plan, outside, true, from, to, why);
	}
	return error;
}

struct prefix *enforce_network_name_addresses(const struct plan *plan,
	const struct plan_outside *outside, int network, struct arena *arena, size_t *count,
	struct fault *why)
{
	struct prefix *addresses = arena_alloc(arena, 1);

	*count = 0;
	for (int wide = 0; wide < 2; wide++) {
		size_t listed;
		struct network_name_found *list =
			list_addresses(plan, outside, wide, network, &listed, why);
		scoped(memory) void *room = list;

		if (!list)
			return NULL;
		for (size_t i = 0; i < listed; i++) {
			struct prefix *address =
				arena_append(arena, &addresses, count, sizeof(*addresses));

			*address = (struct prefix){
				.family = wide ? AF_INET6 : AF_INET, .bits = wide ? 128 : 32};
			memcpy(address->bytes, list[i].address, wide ? 16 : 4);
		}
	}
	return addresses;
}
