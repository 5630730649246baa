/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <string.h>

#include "gateway/dns.h"

enum { NAMES = 2 * ANSWER_LINKS + 8, OPTION = 11 /* bytes of EDNS0's record */ };

struct text {
	unsigned char *bytes, *next, *end;
	const unsigned char *names[NAMES]; /* that later ones may point at */
	bool full;
};

static void begin(
	struct text *text, unsigned char *bytes, size_t room, uint16_t id, const HEADER *flags)
{
	HEADER header = *flags;

	*text = (struct text){.bytes = bytes, .next = bytes, .end = bytes + room};
	text->names[0] = bytes;
	header.id = htons(id);
	memcpy(bytes, &header, sizeof(header));
	text->next += sizeof(header);
}

static bool has_room(struct text *text, size_t size)
{
	text->full = text->full || (size_t)(text->end - text->next) < size;
	return !text->full;
}

static void put_name(struct text *text, const struct gateway_dns_name *name)
{
	int length = ns_name_pack(name->wire, text->next, (int)(text->end - text->next),
		text->names, text->names + NAMES);

	if (length < 0)
		text->full = true;
	else
		text->next += length;
}

static void put_question(struct text *text, const struct gateway_dns_name *name, uint16_t type)
{
	put_name(text, name);
	if (!has_room(text, NS_QFIXEDSZ))
		return;
	NS_PUT16(type, text->next);
	NS_PUT16(ns_c_in, text->next);
}

/* What stands before the data of a record; false: no room. */
static bool put_record(
	struct text *text, const struct gateway_dns_name *owner, uint16_t type, uint32_t seconds)
{
	put_name(text, owner);
	if (!has_room(text, NS_RRFIXEDSZ))
		return false;
	NS_PUT16(type, text->next);
	NS_PUT16(ns_c_in, text->next);
	NS_PUT32(seconds, text->next);
	text->next += NS_INT16SZ;
	return true;
}

static void put_alias(struct text *text, const struct gateway_dns_name *owner,
	const struct gateway_dns_name *to, uint32_t seconds)
{
	unsigned char *data, *length;

	if (!put_record(text, owner, ns_t_cname, seconds))
		return;
	data = text->next;
	length = data - NS_INT16SZ;
	put_name(text, to);
	NS_PUT16((uint16_t)(text->next - data), length);
}

static void put_address(struct text *text, const struct gateway_dns_name *owner, uint16_t type,
	uint32_t seconds, const unsigned char *address, size_t width)
{
	unsigned char *length;

	if (!put_record(text, owner, type, seconds) || !has_room(text, width))
		return;
	length = text->next - NS_INT16SZ;
	NS_PUT16((uint16_t)width, length);
	memcpy(text->next, address, width);
	text->next += width;
}

/* EDNS0's; of a code it holds what is above the header's four bits. */
static void put_option(struct text *text, unsigned code)
{
	if (!has_room(text, OPTION))
		return;
	*text->next++ = 0;
	NS_PUT16(ns_t_opt, text->next);
	NS_PUT16(DNS_UDP, text->next);
	NS_PUT32((uint32_t)(code >> 4) << 24, text->next);
	NS_PUT16(0, text->next);
}

static HEADER answer_flags(const struct gateway_dns_query *query, unsigned code)
{
	return (HEADER){.qr = 1,
		.rd = query->recursion,
		.ra = 1,
		.rcode = code & 0xf,
		.arcount = query->extended ? htons(1) : 0};
}

static size_t end(const struct text *text)
{
	return (size_t)(text->next - text->bytes);
}

static size_t write_empty(const struct gateway_dns_query *query, HEADER flags, unsigned code,
	bool asked, unsigned char *bytes)
{
	struct text text;

	flags.qdcount = asked ? htons(1) : 0;
	begin(&text, bytes, DNS_ANSWER, query->id, &flags);
	if (asked)
		put_question(&text, &query->name, query->type);
	if (query->extended)
		put_option(&text, code);
	return end(&text);
}

size_t gateway_dns_write_code(
	const struct gateway_dns_query *query, unsigned code, bool asked, unsigned char *bytes)
{
	return write_empty(query, answer_flags(query, code), code, asked, bytes);
}

static void put_answer(struct text *text, const struct gateway_answer *answer,
	const struct gateway_dns_name *asked, int64_t now)
{
	const struct gateway_dns_name *owner = asked;

	for (size_t i = 0; i < answer->link_count; i++) {
		const struct gateway_answer_link *link = &answer->links[i];

		put_alias(text, owner, &link->to, gateway_answer_left(answer, link->seconds, now));
		owner = &link->to;
	}
	for (size_t i = 0; i < answer->address_count; i++)
		put_address(text, owner, answer->type,
			gateway_answer_left(answer, answer->address_seconds, now),
			answer->addresses[i], gateway_answer_width(answer));
}

size_t gateway_dns_write_answer(const struct gateway_dns_query *query,
	const struct gateway_answer *answer, int64_t now, size_t most, unsigned char *bytes)
{
	HEADER flags = answer_flags(query, answer->code);
	struct text text;

	flags.qdcount = htons(1);
	flags.ancount = htons((uint16_t)(answer->link_count + answer->address_count));
	begin(&text, bytes, most < DNS_ANSWER ? most : DNS_ANSWER, query->id, &flags);
	put_question(&text, &query->name, query->type);
	put_answer(&text, answer, &query->name, now);
	if (query->extended)
		put_option(&text, 0);
	if (!text.full)
		return end(&text);
	/* By TCP all of it comes. */
	flags.ancount = 0;
	flags.tc = 1;
	return write_empty(query, flags, 0, true, bytes);
}

size_t gateway_dns_write_query(uint16_t id, const struct gateway_dns_name *name, uint16_t type,
	bool extended, unsigned char *bytes)
{
	const HEADER flags = {.rd = 1, .qdcount = htons(1), .arcount = extended ? htons(1) : 0};
	struct text text;

	begin(&text, bytes, DNS_QUERY, id, &flags);
	put_question(&text, name, type);
	if (extended)
		put_option(&text, 0);
	return end(&text);
}
