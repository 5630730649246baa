/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <string.h>

#include "base/text.h"
#include "gateway/dns.h"

/* Of EDNS0 the size alone counts; its options and flags are not for us (RFC 6891). */
static int read_option(const ns_rr *record, struct gateway_dns_query *query)
{
	const uint32_t version = ns_rr_ttl(*record) >> 16 & 0xff;
	const unsigned size = ns_rr_class(*record);

	if (query->extended || !text_equal(ns_rr_name(*record), "."))
		return ns_r_formerr;
	query->extended = true;
	query->size = (uint16_t)(size < DNS_PLAIN ? DNS_PLAIN : size > DNS_UDP ? DNS_UDP : size);
	return version == 0 ? DNS_ASKED : ns_r_badvers;
}

static int read_options(ns_msg *message, struct gateway_dns_query *query)
{
	int said = DNS_ASKED;

	for (int i = 0; i < ns_msg_count(*message, ns_s_ar); i++) {
		ns_rr record;

		if (ns_parserr(message, ns_s_ar, i, &record) < 0)
			return ns_r_formerr;
		if (ns_rr_type(record) != ns_t_opt)
			continue;
		int answer = read_option(&record, query);
		if (answer == ns_r_formerr)
			return answer;
		said = answer;
	}
	return said;
}

int gateway_dns_read_query(
	const unsigned char *bytes, size_t length, struct gateway_dns_query *query, bool *asked)
{
	HEADER header;
	ns_msg message;
	ns_rr question;

	*asked = false;
	if (length < sizeof(header) || length > NS_MAXMSG)
		return DNS_DROP;
	memcpy(&header, bytes, sizeof(header));
	if (header.qr)
		return DNS_DROP;
	*query = (struct gateway_dns_query){
		.id = ntohs(header.id), .recursion = header.rd, .size = DNS_PLAIN};
	if (header.opcode != ns_o_query)
		return ns_r_notimpl;
	if (ns_initparse(bytes, (int)length, &message) < 0 || ns_msg_count(message, ns_s_qd) != 1 ||
		ns_msg_count(message, ns_s_an) != 0 || ns_msg_count(message, ns_s_ns) != 0 ||
		ns_parserr(&message, ns_s_qd, 0, &question) < 0 ||
		!gateway_dns_name_set(&query->name, ns_rr_name(question)))
		return ns_r_formerr;
	query->type = (uint16_t)ns_rr_type(question);
	*asked = true;
	if (ns_rr_class(question) != ns_c_in)
		return ns_r_refused;
	return read_options(&message, query);
}
