/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/outside.h"

#include <string.h>

#include "base/text.h"
#include "catalog/special.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"

/* What all of @prefix is, where no peer can be; or NULL. */
static const struct catalog_special *nobody(const struct prefix *prefix)
{
	for (size_t i = 0; i < catalog_special_count; i++) {
		const struct catalog_special *special = &catalog_specials[i];
		struct prefix range;

		if (special->nobody &&
			prefix_parse(special->range, strlen(special->range), &range) &&
			prefix_covers(&range, prefix))
			return special;
	}
	return NULL;
}

/* The stack's own addresses must not hide what a service is to reach. */
static bool overlaps_own(struct policy_reading *reading, const struct policy_edge *edge)
{
	const struct policy_text *own[] = {
		&reading->policy->addresses.ipv4, &reading->policy->addresses.ipv6};

	for (size_t i = 0; i < 2; i++) {
		struct prefix prefix;

		if (edge->to.prefix.bits == 0 || !own[i]->text ||
			!prefix_parse(own[i]->text, strlen(own[i]->text), &prefix) ||
			!prefix_overlaps(&prefix, &edge->to.prefix))
			continue;
		report_other(policy_error_at(reading, edge->where, edge->width,
				     "'%s' overlaps the stack's own addresses", edge->text),
			own[i]->where, "given here");
		return true;
	}
	return false;
}

void policy_refuse_tls(struct policy_reading *reading, const struct policy_edge *edge)
{
	report_hint(reading->report,
		policy_error_at(reading, edge->where, edge->width,
			"'tls' checks a name, and '%s' has none", edge->text),
		"leave it out, or connect to the name: api.example.com:443");
}

/* Of a name's own protocols by datagrams nobody reads the first message: QUIC's is encrypted. */
static void refuse_tls_of_datagrams(struct policy_reading *reading, const struct policy_edge *edge)
{
	report_hint(reading->report,
		policy_error_at(reading, edge->where, edge->width,
			"'tls' reads the first message of a connection, and '%s' is by datagrams",
			edge->text),
		"leave it out: by UDP a name is held by its addresses alone");
}

bool policy_check_outside(struct policy_reading *reading, const struct policy_edge *edge)
{
	const struct catalog_special *special;

	if (edge->tls && edge->to.kind != PEER_ADDRESSES && edge->to.transport == POLICY_UDP)
		refuse_tls_of_datagrams(reading, edge);
	if (edge->to.kind != PEER_ADDRESSES)
		return true;
	if (edge->tls)
		policy_refuse_tls(reading, edge);
	special = nobody(&edge->to.prefix);
	if (overlaps_own(reading, edge))
		return false;
	if (special) {
		report_hint(reading->report,
			policy_error_at(reading, edge->where, edge->width,
				"nobody is reached at '%s': %s is %s", edge->text, special->range,
				special->what),
			"name the address of the peer; what listens on this machine is host:PORT");
		return false;
	}
	return true;
}

/* A name and the names below it are told apart by their first label alone. */
static bool names_meet(const char *one, const char *other)
{
	const char *rest = strchr(other, '.');

	return strcmp(one, other) == 0 ||
	       (text_starts(one, "*.") && rest && strcmp(one + 1, rest) == 0);
}

static bool peers_meet(const struct policy_connect *one, const struct policy_connect *other)
{
	struct prefix range, peer;

	if (one->named != other->named)
		return false;
	if (one->named)
		return names_meet(one->peer, other->peer) || names_meet(other->peer, one->peer);
	return prefix_parse(one->peer, strlen(one->peer), &range) &&
	       prefix_parse(other->peer, strlen(other->peer), &peer) &&
	       prefix_overlaps(&range, &peer);
}

static bool meet(const struct policy_connect *one, const struct policy_connect *other)
{
	return (one->budget || other->budget) && one->transport == other->transport &&
	       one->port <= other->last && other->port <= one->last &&
	       !where_same(one->where, other->where) && peers_meet(one, other);
}

/* By its address nobody can tell which of the names is meant. */
static bool mix(const struct policy_connect *one, const struct policy_connect *other)
{
	return one->named && other->named && one->tls != other->tls &&
	       one->transport == other->transport && one->port <= other->last &&
	       other->port <= one->last;
}

static void judge_pair(struct policy_reading *reading, const struct policy_connect *late,
	const struct policy_connect *first)
{
	if (meet(late, first)) {
		struct report_entry *entry = policy_error_at(reading, late->where, 1,
			"'%s' and '%s' meet in a port, and not both can say how much", late->peer,
			first->peer);

		report_other(entry, first->where, "the other one");
		report_hint(reading->report, entry,
			"where one has a budget, let no other line reach its addresses");
	}
	if (mix(late, first)) {
		struct report_entry *entry = policy_error_at(reading, late->where, 1,
			"of '%s' and '%s', at one port, only one has its name checked", late->peer,
			first->peer);

		report_other(entry, first->where, "the other one");
		report_hint(reading->report, entry,
			"names that share an address are told apart by TLS alone: write tls: true "
			"for both");
	}
}

void policy_check_outside_pairs(struct policy_reading *reading, const struct policy_draft *draft)
{
	const struct policy_service *service = &draft->service;

	for (size_t i = 0; i < service->connect_count; i++)
		for (size_t j = 0; j < i && service->connects[i].outside; j++)
			if (service->connects[j].outside)
				judge_pair(reading, &service->connects[i], &service->connects[j]);
}
