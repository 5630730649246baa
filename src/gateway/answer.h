/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What is known of a name, and for how long. */

#include <stddef.h>
#include <stdint.h>

#include "gateway/dns_name.h"

enum {
	ANSWER_LINKS = 12,             /* of a chain of aliases */
	ANSWER_ADDRESSES = 64,         /* further ones are not given away */
	ANSWER_SECONDS = 3600,         /* and longer is nothing believed, */
	ANSWER_NEGATIVE_SECONDS = 900, /* or that there is nothing */
};

struct gateway_answer {
	struct gateway_dns_name asked;
	uint16_t type; /* ns_t_a or ns_t_aaaa */
	uint16_t code; /* ns_r_noerror or ns_r_nxdomain */
	size_t link_count, address_count;
	struct gateway_answer_link {
		struct gateway_dns_name to;
		uint32_t seconds;
	} links[ANSWER_LINKS];
	unsigned char addresses[ANSWER_ADDRESSES][16]; /* of IPv4 the first four bytes */
	uint32_t address_seconds;
	uint32_t seconds; /* that all of it is true; 0: only now */
	int64_t since;    /* milliseconds: when it was heard */
};

/* What is left of @seconds. */
static inline uint32_t gateway_answer_left(
	const struct gateway_answer *answer, uint32_t seconds, int64_t now)
{
	int64_t age = (now - answer->since) / 1000;

	return age < 0 ? seconds : age >= seconds ? 0 : seconds - (uint32_t)age;
}

/* The name that its chain has led to. */
static inline const struct gateway_dns_name *gateway_answer_end(const struct gateway_answer *answer)
{
	return answer->link_count ? &answer->links[answer->link_count - 1].to : &answer->asked;
}

static inline size_t gateway_answer_width(const struct gateway_answer *answer)
{
	return answer->type == 1 /* ns_t_a */ ? 4 : 16;
}
