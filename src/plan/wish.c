/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/wish.h"

#include "base/arena.h"
#include "base/text.h"
#include "catalog/call.h"
#include "policy/policy.h"

static void wish(struct plan_wishes *wishes, const struct catalog_grant *grant, struct where where)
{
	struct plan_wish *item =
		arena_append(wishes->arena, &wishes->items, &wishes->count, sizeof(*item));

	*item = (struct plan_wish){.grant = *grant, .where = where};
}

/* @name is a call or a group; the policy has checked that it is one of them. */
static void wish_name(struct plan_wishes *wishes, const char *name, struct where where)
{
	const struct catalog_group *group = catalog_group(name);
	const struct catalog_call *call = catalog_call(name);

	for (size_t i = 0; group && i < group->grant_count; i++)
		wish(wishes, &group->grants[i], where);
	if (call)
		wish(wishes, &(struct catalog_grant){.call = call->name}, where);
}

static const char *const sockets[] = {
	[POLICY_TCP] = "inet-stream-sockets",
	[POLICY_UDP] = "inet-datagram-sockets",
	[POLICY_UNIX] = "unix-sockets",
};

/* @side: the group of those who open connections, or of those who accept them. */
static void wish_edge(struct plan_wishes *wishes, enum policy_transport transport, const char *side,
	struct where where)
{
	wish_name(wishes, sockets[transport], where);
	wish_name(wishes, side, where);
	wish_name(wishes, "socket-exchange", where);
	if (transport == POLICY_UDP)
		wish_name(wishes, "datagram-batches", where);
}

static void wish_edges(struct plan_wishes *wishes)
{
	const struct policy_service *from = wishes->from;

	for (size_t i = 0; i < from->listen_count; i++)
		wish_edge(wishes, from->listens[i].transport, "network-server",
			from->listens[i].where);
	for (size_t i = 0; i < from->connect_count; i++)
		wish_edge(wishes, from->connects[i].transport, "network-client",
			from->connects[i].where);
	/* The C library asks by datagrams, and polls for the answer. */
	for (size_t i = 0; i < from->connect_count; i++)
		if (from->connects[i].named) {
			wish_edge(wishes, POLICY_UDP, "network-client", from->connects[i].where);
			wish_name(wishes, "poll", from->connects[i].where);
		}
}

void plan_wish_all(struct plan_wishes *wishes)
{
	const struct policy_service *from = wishes->from;

	for (size_t i = 0; i < from->allow.count; i++)
		wish_name(wishes, from->allow.items[i].text, from->allow.items[i].where);
	wish_edges(wishes);
	for (size_t i = 0; i < from->program_count; i++)
		wish_name(wishes, "program-execution", from->programs[i].where);
	for (size_t i = 0; i < from->users.count; i++)
		wish_name(wishes, "identity-changes", from->users.items[i].where);
	if (from->life.ready.kind == POLICY_PROBE_NOTIFY)
		wish_name(wishes, "readiness-notice", from->life.ready.where);
	wish_name(wishes, "threads", from->where);
}

static bool same_condition(
	const struct catalog_condition *left, const struct catalog_condition *right)
{
	return left->argument == right->argument && left->wide == right->wide &&
	       left->differs == right->differs && left->mask == right->mask &&
	       left->value == right->value;
}

/* What a group grants under conditions is taken away under the same ones: denying
 * `process-creation` leaves threads, though both are clone. */
static bool covers(const struct catalog_grant *denied, const struct catalog_grant *grant)
{
	if (!text_equal(denied->call, grant->call))
		return false;
	if (denied->condition_count == 0)
		return true;
	if (denied->condition_count != grant->condition_count)
		return false;
	for (unsigned i = 0; i < grant->condition_count; i++)
		if (!same_condition(&denied->conditions[i], &grant->conditions[i]))
			return false;
	return true;
}

static void deny(struct plan_wishes *wishes, const struct catalog_grant *denied)
{
	for (size_t i = 0; i < wishes->count; i++) {
		struct plan_wish *item = &wishes->items[i];
		struct catalog_grant here = item->grant;
		const struct catalog_call *call = catalog_call_on(wishes->arch, here.call);

		/* By the name that was wished for, and by the one that it has here. */
		here.call = call ? call->name : here.call;
		if (covers(denied, &item->grant) || covers(denied, &here))
			item->denied = true;
	}
}

void plan_wish_deny(struct plan_wishes *wishes, const char *name)
{
	const struct catalog_group *group = catalog_group(name);

	for (size_t i = 0; group && i < group->grant_count; i++)
		deny(wishes, &group->grants[i]);
	if (!group)
		deny(wishes, &(struct catalog_grant){.call = name});
}

const struct plan_wish *plan_wish_granted(const struct plan_wishes *wishes, const char *name)
{
	const struct catalog_group *group = catalog_group(name);

	for (size_t i = 0; i < wishes->count; i++)
		for (size_t j = 0; !wishes->items[i].denied && j < group->grant_count; j++)
			if (covers(&group->grants[j], &wishes->items[i].grant))
				return &wishes->items[i];
	return NULL;
}

bool plan_wish_creates_processes(const struct plan_wishes *wishes)
{
	static const char *const creators[] = {"fork", "vfork", "clone"};

	for (size_t i = 0; i < wishes->count; i++)
		for (size_t j = 0; j < sizeof(creators) / sizeof(creators[0]); j++)
			if (!wishes->items[i].denied &&
				text_equal(wishes->items[i].grant.call, creators[j]) &&
				!covers(&catalog_group("threads")->grants[0],
					&wishes->items[i].grant))
				return true;
	return false;
}
