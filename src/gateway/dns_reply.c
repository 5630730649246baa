/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <string.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "gateway/dns.h"

enum {
	RECORDS = 512,            /* of one section; further ones are not looked at */
	NUMBERS = 5 * NS_INT32SZ, /* bytes at the end of the record that says who has a zone */
};

/* A reply while its chain is followed. */
struct reading {
	ns_msg message;
	const struct gateway_dns_refused *refused;
	struct gateway_answer *answer;
};

static int count_of(const struct reading *reading, ns_sect section)
{
	int count = ns_msg_count(reading->message, section);

	return count < RECORDS ? count : RECORDS;
}

/* The bits of a time beyond the 31 that it may have make it none (RFC 2181, 8). */
static uint32_t seconds_of(uint32_t seconds, uint32_t most)
{
	return seconds > INT32_MAX ? 0 : seconds < most ? seconds : most;
}

static void shorten(struct gateway_answer *answer, uint32_t seconds)
{
	if (answer->seconds > seconds)
		answer->seconds = seconds;
}

/* Record @index of @section, if it is of @type, of the Internet, and its owner is @owner. */
static bool read_record(struct reading *reading, ns_sect section, int index, unsigned type,
	const struct gateway_dns_name *owner, ns_rr *record)
{
	struct gateway_dns_name name;

	return ns_parserr(&reading->message, section, index, record) == 0 &&
	       ns_rr_type(*record) == type && ns_rr_class(*record) == ns_c_in &&
	       gateway_dns_name_set(&name, ns_rr_name(*record)) &&
	       gateway_dns_name_equal(&name, owner);
}

/* The name that stands @at, which may point at another place of the message; returns how many bytes
 * it takes there, -1: it is none. */
static int read_name(
	const struct reading *reading, const unsigned char *at, struct gateway_dns_name *name)
{
	int taken = ns_name_unpack(ns_msg_base(reading->message), ns_msg_end(reading->message), at,
		name->wire, sizeof(name->wire));

	if (taken >= 0)
		name->length = gateway_dns_name_length(name->wire);
	return taken;
}

/* Is @name in the chain already? */
static bool repeats(const struct gateway_answer *answer, const struct gateway_dns_name *name)
{
	for (size_t i = 0; i < answer->link_count; i++)
		if (gateway_dns_name_equal(&answer->links[i].to, name))
			return true;
	return gateway_dns_name_equal(&answer->asked, name);
}

enum step { STEP_NONE, STEP_MORE, STEP_WRONG };

/* Go on by the alias that the chain's last name has, if it has one. */
static enum step follow(struct reading *reading)
{
	struct gateway_answer *answer = reading->answer;
	struct gateway_answer_link link;
	ns_rr record;

	for (int i = 0; i < count_of(reading, ns_s_an); i++) {
		if (!read_record(
			    reading, ns_s_an, i, ns_t_cname, gateway_answer_end(answer), &record))
			continue;
		if (answer->link_count == ANSWER_LINKS ||
			read_name(reading, ns_rr_rdata(record), &link.to) != ns_rr_rdlen(record) ||
			repeats(answer, &link.to))
			return STEP_WRONG;
		link.seconds = seconds_of((uint32_t)ns_rr_ttl(record), ANSWER_SECONDS);
		shorten(answer, link.seconds);
		answer->links[answer->link_count++] = link;
		return STEP_MORE;
	}
	return STEP_NONE;
}

static bool is_refused(const struct reading *reading, const unsigned char *address)
{
	const int family = reading->answer->type == ns_t_a ? AF_INET : AF_INET6;

	for (size_t i = 0; i < reading->refused->count; i++)
		if (reading->refused->ranges[i].family == family &&
			prefix_holds(&reading->refused->ranges[i], address))
			return true;
	return false;
}

static bool is_known(const struct gateway_answer *answer, const unsigned char *address)
{
	for (size_t i = 0; i < answer->address_count; i++)
		if (memcmp(answer->addresses[i], address, gateway_answer_width(answer)) == 0)
			return true;
	return false;
}

/* Returns how many addresses the chain's last name has, refused ones too. */
static size_t take_addresses(struct reading *reading)
{
	struct gateway_answer *answer = reading->answer;
	size_t width = gateway_answer_width(answer), count = 0;
	ns_rr record;

	answer->address_seconds = ANSWER_SECONDS;
	for (int i = 0; i < count_of(reading, ns_s_an); i++) {
		if (!read_record(reading, ns_s_an, i, answer->type, gateway_answer_end(answer),
			    &record) ||
			ns_rr_rdlen(record) != width)
			continue;
		uint32_t seconds = seconds_of((uint32_t)ns_rr_ttl(record), ANSWER_SECONDS);
		count++;
		if (answer->address_seconds > seconds)
			answer->address_seconds = seconds;
		if (answer->address_count < ANSWER_ADDRESSES &&
			!is_refused(reading, ns_rr_rdata(record)) &&
			!is_known(answer, ns_rr_rdata(record)))
			memcpy(answer->addresses[answer->address_count++], ns_rr_rdata(record),
				width);
	}
	if (count)
		shorten(answer, answer->address_seconds);
	return count;
}

/* Of the record that says who has a zone the least time, which stands behind two names and four
 * other numbers; false: it is none. */
static bool read_minimum(const struct reading *reading, const ns_rr *record, uint32_t *minimum)
{
	const unsigned char *next = ns_rr_rdata(*record);
	struct gateway_dns_name ignored;

	for (int i = 0; i < 2; i++) {
		int taken = read_name(reading, next, &ignored);

		if (taken < 0)
			return false;
		next += taken;
	}
	if (ns_rr_rdata(*record) + ns_rr_rdlen(*record) - next != NUMBERS)
		return false;
	next += NUMBERS - NS_INT32SZ;
	NS_GET32(*minimum, next);
	return true;
}

/* Is it said of the zone of the chain's last name for how long nothing is there? */
static bool take_nothing(struct reading *reading)
{
	struct gateway_answer *answer = reading->answer;

	for (int i = 0; i < count_of(reading, ns_s_ns); i++) {
		struct gateway_dns_name zone;
		uint32_t minimum;
		ns_rr record;

		if (ns_parserr(&reading->message, ns_s_ns, i, &record) < 0 ||
			ns_rr_type(record) != ns_t_soa || ns_rr_class(record) != ns_c_in ||
			!gateway_dns_name_set(&zone, ns_rr_name(record)) ||
			!gateway_dns_name_within(gateway_answer_end(answer), &zone) ||
			!read_minimum(reading, &record, &minimum))
			continue;
		shorten(answer, seconds_of((uint32_t)ns_rr_ttl(record), ANSWER_NEGATIVE_SECONDS));
		shorten(answer, seconds_of(minimum, ANSWER_NEGATIVE_SECONDS));
		return true;
	}
	return false;
}

static enum gateway_dns_heard take_answer(struct reading *reading, unsigned code)
{
	struct gateway_answer *answer = reading->answer;
	size_t before = answer->link_count;
	enum step step;

	while ((step = follow(reading)) == STEP_MORE)
		;
	if (step == STEP_WRONG)
		return DNS_FAILED;
	answer->code = (uint16_t)code;
	if (code == ns_r_noerror && take_addresses(reading))
		return DNS_DONE;
	/* A chain that ends without a word about its end leads out of what this server knows. */
	bool nothing = take_nothing(reading);
	if (code == ns_r_noerror && !nothing && answer->link_count > before)
		return DNS_MORE;
	if (!nothing)
		answer->seconds = 0;
	return DNS_DONE;
}

/* Is it the question of ours? */
static bool is_asked(struct reading *reading)
{
	struct gateway_dns_name name;
	ns_rr question;

	return ns_msg_count(reading->message, ns_s_qd) == 1 &&
	       ns_parserr(&reading->message, ns_s_qd, 0, &question) == 0 &&
	       ns_rr_type(question) == reading->answer->type && ns_rr_class(question) == ns_c_in &&
	       gateway_dns_name_set(&name, ns_rr_name(question)) &&
	       gateway_dns_name_equal(&name, gateway_answer_end(reading->answer));
}

/* What the header says before the records are looked at; DNS_DONE: look at them. */
static enum gateway_dns_heard judge(const HEADER *header, bool stream)
{
	if (header->tc)
		return stream ? DNS_FAILED : DNS_TRUNCATED;
	if (header->rcode == ns_r_formerr || header->rcode == ns_r_notimpl)
		return DNS_UNEXTENDED;
	return header->rcode == ns_r_noerror || header->rcode == ns_r_nxdomain ? DNS_DONE
									       : DNS_FAILED;
}

enum gateway_dns_heard gateway_dns_read_reply(const unsigned char *bytes, size_t length,
	uint16_t id, bool stream, const struct gateway_dns_refused *refused,
	struct gateway_answer *answer)
{
	struct reading reading = {.refused = refused, .answer = answer};
	const size_t links = answer->link_count;
	const uint32_t seconds = answer->seconds;
	HEADER header;

	if (length < sizeof(header) || length > NS_MAXMSG)
		return DNS_OTHER;
	memcpy(&header, bytes, sizeof(header));
	if (ntohs(header.id) != id || !header.qr || header.opcode != ns_o_query)
		return DNS_OTHER;
	if (ns_initparse(bytes, (int)length, &reading.message) < 0)
		/* Some servers cut where it just fits. */
		return header.tc && !stream ? DNS_TRUNCATED : DNS_OTHER;
	enum gateway_dns_heard heard = judge(&header, stream);
	if (!is_asked(&reading))
		/* Who does not understand a question need not repeat it. */
		return heard == DNS_UNEXTENDED && ns_msg_count(reading.message, ns_s_qd) == 0
			       ? heard
			       : DNS_OTHER;
	if (heard == DNS_DONE)
		heard = take_answer(&reading, header.rcode);
	if (heard != DNS_DONE && heard != DNS_MORE) {
		answer->link_count = links;
		answer->seconds = seconds;
	}
	return heard;
}
