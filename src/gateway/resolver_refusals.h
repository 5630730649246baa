/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The names that a service has asked for without having declared them: how many, and the last
 * ones.  The bytes are the service's own choice: as text every one that is none is escaped.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gateway/dns_name.h"

enum { REFUSALS = 8 };

struct gateway_refusals {
	uint64_t count; /* of all */
	struct gateway_refusal {
		struct gateway_dns_name name;
		uint16_t type; /* of the last question */
		uint64_t count;
		int64_t last; /* milliseconds; 0: nobody's place */
	} names[REFUSALS];
};

/* Remember a question, in the place of the one that was not asked for longest.  True: it is a name
 * that was not among the last ones. */
bool gateway_refusals_add(struct gateway_refusals *refusals, const struct gateway_dns_name *name,
	uint16_t type, int64_t now);
