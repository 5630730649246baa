/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"

enum { MOST_NAMES = 512 };

const char policy_peer_hint[] =
	"a peer without a dot is a service of the stack; one outside is written with its domain";

struct policy_draft *policy_find_draft(struct policy_reading *reading, const char *name)
{
	return map_find(reading->services, name, strlen(name));
}

void policy_unknown_service(struct policy_reading *reading, const struct policy_node *at,
	const char *name, const char *hint)
{
	const char *names[MOST_NAMES];
	size_t count = reading->draft_count < MOST_NAMES ? reading->draft_count : MOST_NAMES;
	struct report_entry *entry = policy_error(reading, at, "unknown service '%s'", name);

	if (reading->errors > POLICY_ERRORS)
		return;
	for (size_t i = 0; i < count; i++)
		names[i] = reading->drafts[i].service.name;
	if (hint)
		report_hint(reading->report, entry, "%s", hint);
	policy_did_you_mean(reading, entry, name, names, count);
}

uint32_t policy_instance(const struct policy_endpoint *to)
{
	const char *dot = to->kind == PEER_INSTANCE ? strchr(to->peer, '.') : NULL;
	uint64_t instance;

	return dot && text_number(dot + 1, UINT32_MAX, &instance) ? (uint32_t)instance : 0;
}

/* Is the instance that @to names one of @peer's?  False after a complaint. */
static bool has_instance(struct policy_reading *reading, const struct policy_node *at,
	const struct policy_endpoint *to, const struct policy_service *peer)
{
	const struct policy_number *instances = &peer->life.instances;
	struct report_entry *entry;

	if (instances->where.file && policy_instance(to) <= instances->value)
		return true;
	if (!instances->where.file) {
		entry = policy_error(reading, at, "'%s' has no instances", peer->name);
		report_hint(reading->report, entry,
			"name the service alone, or ask for some: instances: 2");
		return false;
	}
	entry = policy_error(reading, at, "'%s' has %llu instance%s", peer->name,
		(unsigned long long)instances->value, instances->value == 1 ? "" : "s");
	report_other(entry, instances->where, "so many are asked for here");
	report_hint(reading->report, entry, "they are counted from 1: %s.1", peer->name);
	return false;
}

struct policy_draft *policy_find_peer(struct policy_reading *reading, const struct policy_node *at,
	const struct policy_endpoint *to)
{
	const char *name = to->peer;
	struct policy_node narrow = *at;

	if (to->kind == PEER_INSTANCE)
		name = arena_text_length(reading->nodes, name, strcspn(name, "."));
	struct policy_draft *peer = policy_find_draft(reading, name);
	if (!peer) {
		if (narrow.width > strlen(name))
			narrow.width = (uint16_t)strlen(name);
		policy_unknown_service(reading, &narrow, name, policy_peer_hint);
	}
	return peer && (to->kind != PEER_INSTANCE || has_instance(reading, at, to, &peer->service))
		       ? peer
		       : NULL;
}
