/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dependence.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "removal.h"
#include "rules.h"

#define CODE "what may not make code is checked for it where the kernel has no MDWE"

/*
 * When the rule that goes is of kind `cause` and its text holds both of `with`,
 * rules of kind `kind` of the same service change in `fields`, and in nothing
 * else.  `key`: only the rule about this.
 */
static const struct {
	const char *cause, *with[2], *kind, *key, *fields[2], *why;
	bool of_key; /* the cause is one of the service that the rule is about */
} changes[] = {
	{"identity", {"", ""}, "nodes", NULL, {"uid", "gid"}, "what is made belongs to the user"},
	{"identity", {"", ""}, "nodes", "/etc/passwd", {"content"}, "it lists the user"},
	{"identity", {"", ""}, "nodes", "/etc/group", {"content"}, "it lists the user's group"},
	{"identity.uids", {"", ""}, "nodes", "/etc/passwd", {"content"}, "it lists the users"},
	{"identity.uids", {"", ""}, "nodes", "/etc/group", {"content"}, "it lists their groups"},
	{"identity.gids", {"", ""}, "nodes", "/etc/group", {"content"}, "it lists the groups"},
	{"write_execute", {"yes", ""}, "calls", "mmap", {"conditions"}, CODE},
	{"write_execute", {"yes", ""}, "calls", "mprotect", {"conditions"}, CODE},
	{"write_execute", {"yes", ""}, "calls", "pkey_mprotect", {"conditions"}, CODE},
	{"identity", {"", ""}, "socket_folders", NULL, {"uid", "gid"}, "as what is made"},
	{"nodes", {"kind=bind; ", "read_only=no; "}, "calls", "openat2", {"action", "error"},
		"its set-id bits cannot be looked at"},
	{"nodes", {"kind=bind; ", "read_only=no; "}, "calls", "open", {"conditions"},
		"set-id bits are looked at where files stay behind"},
	{"nodes", {"kind=bind; ", "read_only=no; "}, "calls", "openat", {"conditions"},
		"set-id bits are looked at where files stay behind"},
	{"life.job", {"kind=once", ""}, "life.dependencies", NULL, {"completed"},
		"what is no job is waited for until it is ready", true},
};

enum { CHANGES = sizeof(changes) / sizeof(changes[0]) };

/* When the one goes, the other comes. */
static const struct {
	const char *cause, *with[2], *kind, *key, *why;
} arrivals[] = {
	{"write_execute", {"yes", ""}, "gaps", "mdwe", "it was not asked for"},
	{"environment", {"${secret:", ""}, "environment", NULL,
		"a secret has a variable somewhere"},
	{"nodes", {"kind=bind; ", "read_only=no; "}, "endings", "openat2",
		"what may be called can end"},
	{"life.ready", {"kind=http", ""}, "endings", NULL,
		"one port of several says nothing of the others, which may be bound later"},
	{"life.healthy", {"kind=command", ""}, "view_closes", NULL,
		"what is executed in its view must go on to work"},
	{"programs", {"", ""}, "calls", "memfd_create", "it was a second place to execute from"},
	{"audits", {"layer=landlock", ""}, "landlock.beneath", NULL,
		"audit mode was the layer off"},
};

enum { ARRIVALS = sizeof(arrivals) / sizeof(arrivals[0]) };

/* Did a rule of that kind go because its own line went? */
static bool caused(const struct removal *removal, const char *service, const char *cause,
	const char *const *with)
{
	for (size_t i = 0; i < removal->lost.count; i++) {
		const struct rule *rule = &removal->lost.items[i];

		if (text_equal(rule->service, service) && text_equal(rule->kind, cause) &&
			removal_has(removal, rule->where) && strstr(rule->text, with[0]) &&
			strstr(rule->text, with[1]))
			return true;
	}
	return false;
}

/* Is one rule the other, but for what changes with the lines that went? */
static bool changed(
	const struct removal *removal, const struct rule *before, const struct rule *after)
{
	const char *left = before->text, *right = after->text;

	if (!text_equal(before->service, after->service) ||
		!text_equal(before->kind, after->kind) || !text_equal(before->key, after->key) ||
		!where_same(before->where, after->where))
		return false;
	for (size_t i = 0; i < CHANGES; i++) {
		if (!text_equal(changes[i].kind, before->kind) ||
			(changes[i].key && !text_equal(changes[i].key, before->key)) ||
			!caused(removal, changes[i].of_key ? before->key : before->service,
				changes[i].cause, changes[i].with))
			continue;
		for (size_t j = 0; j < 2 && changes[i].fields[j]; j++) {
			left = rules_without(left, changes[i].fields[j], removal->arena);
			right = rules_without(right, changes[i].fields[j], removal->arena);
		}
	}
	return text_equal(left, right);
}

/* All that a service has goes with it, and so do the edges that lead to it, and who waits for it
 * waits no more. */
static bool of_removed_service(
	const struct removal *removal, const struct rules *names, const struct rule *rule)
{
	static const char *const ends[] = {"from", "to"};

	for (size_t i = 0; i < names->count; i++) {
		const struct rule *name = &names->items[i];

		if (!removal_has(removal, name->where))
			continue;
		if (text_equal(rule->service, name->service) ||
			(text_equal(rule->kind, "life.dependencies") &&
				text_equal(rule->key, name->service)))
			return true;
		for (size_t j = 0; j < 2 && !rule->service[0]; j++)
			if (text_equal(rules_field(rule, ends[j], removal->arena), name->service))
				return true;
	}
	return false;
}

/* What nobody may call any more cannot end. */
static bool of_removed_call(const struct removal *removal, const struct rule *rule)
{
	for (size_t i = 0; i < removal->lost.count; i++) {
		const struct rule *call = &removal->lost.items[i];

		if (text_equal(rule->kind, "endings") && text_equal(call->kind, "calls") &&
			text_equal(rule->service, call->service) &&
			text_equal(rule->key, call->key) && removal_has(removal, call->where))
			return true;
	}
	return false;
}

static bool arrives(const struct removal *removal, const struct rule *gained)
{
	for (size_t i = 0; i < ARRIVALS; i++)
		if (text_equal(arrivals[i].kind, gained->kind) &&
			(!arrivals[i].key || text_equal(arrivals[i].key, gained->key)) &&
			caused(removal, gained->service, arrivals[i].cause, arrivals[i].with))
			return true;
	return false;
}

bool dependence_explains_loss(
	const struct removal *removal, const struct rules *names, const struct rule *lost)
{
	for (size_t i = 0; i < removal->gained.count; i++) {
		const struct rule *gained = &removal->gained.items[i];

		/* What arrives may take the place of what was there. */
		if (changed(removal, lost, gained) ||
			(arrives(removal, gained) && text_equal(gained->service, lost->service) &&
				text_equal(gained->kind, lost->kind) &&
				text_equal(gained->key, lost->key)))
			return true;
	}
	return of_removed_call(removal, lost) || of_removed_service(removal, names, lost);
}

bool dependence_explains_gain(const struct removal *removal, const struct rule *gained)
{
	if (arrives(removal, gained))
		return true;
	for (size_t i = 0; i < removal->lost.count; i++)
		if (changed(removal, &removal->lost.items[i], gained))
			return true;
	return false;
}
