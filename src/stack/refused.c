/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/refused.h"

#include <stdbool.h>
#include <unistd.h>

#include "base/fault.h"
#include "gateway/resolver_refusals.h"
#include "plan/plan.h"
#include "stack/refused_file.h"

static const char file_name[] = "refused";

static size_t count_of(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->service_count; i++)
		count += plan_asks_names(plan, &plan->services[i]);
	return count;
}

void stack_refused_forget(int folder)
{
	unlinkat(folder, file_name, 0);
}

struct gateway_refusals *stack_refused_map(
	int folder, const struct plan *plan, size_t *size, struct fault *why)
{
	*size = count_of(plan) * sizeof(struct gateway_refusals);
	return stack_refused_file_map(folder, file_name, *size, plan->where, why);
}

/* A name ends where its labels end, or it is none. */
static bool is_whole(const struct gateway_dns_name *name)
{
	size_t at = 0;

	while (at < DNS_NAME && name->wire[at] > 0 && name->wire[at] < 64)
		at += (size_t)name->wire[at] + 1;
	return at < DNS_NAME && name->wire[at] == 0 && name->length == at + 1;
}

static void believe_nothing(struct gateway_refusals *refusals)
{
	for (int i = 0; i < REFUSALS; i++)
		if (!is_whole(&refusals->names[i].name))
			refusals->names[i] = (struct gateway_refusal){0};
}

struct gateway_refusals *stack_refused_read(int folder, const struct plan *plan, size_t *count)
{
	struct gateway_refusals *all = stack_refused_file_read(
		folder, file_name, count_of(plan) * sizeof(struct gateway_refusals));

	*count = all ? count_of(plan) : 0;
	for (size_t i = 0; i < *count; i++)
		believe_nothing(&all[i]);
	return all;
}
