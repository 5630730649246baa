/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Names as they travel, uncompressed: labels with their lengths, and the empty one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DNS_NAME = 255, DNS_NAME_TEXT = 1025 };

struct gateway_dns_name {
	uint8_t length; /* the root's is 1 */
	unsigned char wire[DNS_NAME];
};

/* Of a whole name, with its last, empty label. */
uint8_t gateway_dns_name_length(const unsigned char *wire);

/* From text, "api.example.com" with or without the last dot; false: it is no name. */
bool gateway_dns_name_set(struct gateway_dns_name *name, const char *text);

/* To text in which every byte that is none stands escaped; @text has room for DNS_NAME_TEXT. */
void gateway_dns_name_text(const struct gateway_dns_name *name, char *text);

/* Of two names as bytes of the same length; letters are alike. */
int gateway_dns_name_compare(const unsigned char *left, const unsigned char *right, size_t length);

bool gateway_dns_name_equal(
	const struct gateway_dns_name *left, const struct gateway_dns_name *right);

/* Is @name @zone itself or beneath it? */
bool gateway_dns_name_within(
	const struct gateway_dns_name *name, const struct gateway_dns_name *zone);

/* The same for names that are equal; nobody who does not know @seed can choose it. */
uint64_t gateway_dns_name_hash(const struct gateway_dns_name *name, uint64_t seed);
