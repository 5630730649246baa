/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Messages of DNS, written and read by hand: nothing of what is tested is believed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_FLAGS_QUERY = 0x0100, MESSAGE_FLAGS_REPLY = 0x8180, MESSAGE_TRUNCATED = 0x0200 };
enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_AAAA = 28, TYPE_OPT = 41, TYPE_HTTPS = 65 };
enum { QUESTION, ANSWER, AUTHORITY, ADDITIONAL, SECTIONS };

struct message {
	unsigned char bytes[65535];
	size_t length;
};

/* The header, and the question when @name is not NULL. */
void message_begin(
	struct message *message, uint16_t id, uint16_t flags, const char *name, uint16_t type);

/* A record; sections in their order.  A name that is the question's own is a pointer to it. */
void message_record(struct message *message, int section, const char *name, uint16_t type,
	uint16_t class, uint32_t seconds, const void *data, size_t length);
void message_alias(
	struct message *message, int section, const char *name, const char *to, uint32_t seconds);
void message_nothing(struct message *message, const char *zone, uint32_t seconds, uint32_t minimum);
void message_option(struct message *message, uint16_t size, uint32_t flags);

/* What is in a message. */
struct seen {
	uint16_t id, flags, counts[SECTIONS];
	char question[256]; /* with the letters that it has */
	uint16_t type;
	size_t count;
	struct seen_record {
		int section;
		char name[256], to[256]; /* to: of an alias */
		uint16_t type, class, length;
		uint32_t seconds;
		unsigned char data[256]; /* what of it fits */
	} records[128];
};

/* False: it is none, or something stands behind it. */
bool message_read(const unsigned char *bytes, size_t length, struct seen *seen);
