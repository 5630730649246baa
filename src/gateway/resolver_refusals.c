/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_refusals.h"

bool gateway_refusals_add(struct gateway_refusals *refusals, const struct gateway_dns_name *name,
	uint16_t type, int64_t now)
{
	struct gateway_refusal *place = &refusals->names[0];
	bool known = false;

	refusals->count++;
	for (int i = 0; !known && i < REFUSALS; i++) {
		struct gateway_refusal *refusal = &refusals->names[i];

		known = refusal->count && gateway_dns_name_equal(&refusal->name, name);
		if (known || refusal->last < place->last)
			place = refusal;
	}
	if (!known)
		*place = (struct gateway_refusal){.name = *name};
	place->type = type;
	place->count++;
	place->last = now;
	return !known;
}
