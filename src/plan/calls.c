/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/calls.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "catalog/call.h"
#include "catalog/guard.h"
#include "host/host.h"
#include "plan/calls_order.h"
#include "plan/plan.h"
#include "policy/policy.h"

/* A right that some line asked for, before guards and numbers. */
struct wish {
	struct catalog_grant grant;
	struct where where;
	bool denied;
};

struct wishes {
	const struct policy_service *from;
	struct arena *arena;
	struct report *report;
	enum catalog_arch arch;
	struct wish *items;
	size_t count;
	bool writes, no_code; /* as catalog_guard() asks */
};

/* Calls that no filter can judge: what counts lies in memory that the caller may still change. */
static const struct {
	const char *call;
	bool only_writers; /* refused where the service writes files of the host */
	bool always;       /* refused also where nobody asked, since every libc falls back */
	const char *reason, *hint;
} unjudged[] = {
	{"clone3", false, true, "no filter can see its flags",
		"`threads` and `process-creation` work without it"},
	{"openat2", true, false, "no filter can see the set-id bits of a file that it makes",
		"`file-reading` works without it"},
};

static void wish(struct wishes *wishes, const struct catalog_grant *grant, struct where where)
{
	struct wish *item =
		arena_append(wishes->arena, &wishes->items, &wishes->count, sizeof(*item));

	*item = (struct wish){.grant = *grant, .where = where};
}

/* @name is a call or a group; the policy has checked that it is one of them. */
static void wish_name(struct wishes *wishes, const char *name, struct where where)
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
static void wish_edge(struct wishes *wishes, enum policy_transport transport, const char *side,
	struct where where)
{
	wish_name(wishes, sockets[transport], where);
	wish_name(wishes, side, where);
	wish_name(wishes, "socket-exchange", where);
	if (transport == POLICY_UDP)
		wish_name(wishes, "datagram-batches", where);
}

static void wish_edges(struct wishes *wishes)
{
	const struct policy_service *from = wishes->from;

	for (size_t i = 0; i < from->listen_count; i++)
		wish_edge(wishes, from->listens[i].transport, "network-server",
			from->listens[i].where);
	for (size_t i = 0; i < from->connect_count; i++)
		wish_edge(wishes, from->connects[i].transport, "network-client",
			from->connects[i].where);
}

static void collect(struct wishes *wishes)
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

static void deny(struct wishes *wishes, const struct catalog_grant *denied)
{
	for (size_t i = 0; i < wishes->count; i++) {
		struct wish *item = &wishes->items[i];
		struct catalog_grant here = item->grant;
		const struct catalog_call *call = catalog_call_on(wishes->arch, here.call);

		/* By the name that was wished for, and by the one that it has here. */
		here.call = call ? call->name : here.call;
		if (covers(denied, &item->grant) || covers(denied, &here))
			item->denied = true;
	}
}

static void deny_name(struct wishes *wishes, const char *name)
{
	const struct catalog_group *group = catalog_group(name);

	for (size_t i = 0; group && i < group->grant_count; i++)
		deny(wishes, &group->grants[i]);
	if (!group)
		deny(wishes, &(struct catalog_grant){.call = name});
}

/* The first wish that is left of group @name, or NULL. */
static const struct wish *granted(const struct wishes *wishes, const char *name)
{
	const struct catalog_group *group = catalog_group(name);

	for (size_t i = 0; i < wishes->count; i++)
		for (size_t j = 0; !wishes->items[i].denied && j < group->grant_count; j++)
			if (covers(&group->grants[j], &wishes->items[i].grant))
				return &wishes->items[i];
	return NULL;
}

static bool creates_processes(const struct wishes *wishes)
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

static struct plan_call *add_call(struct wishes *wishes, struct plan_service *service,
	const struct catalog_call *call, struct where where)
{
	struct plan_call *rule =
		arena_append(wishes->arena, &service->calls, &service->call_count, sizeof(*rule));

	rule->name = call->name;
	rule->number = (uint32_t)call->number[wishes->arch];
	rule->where = where;
	return rule;
}

static void add_conditions(struct arena *arena, struct plan_call *rule,
	const struct catalog_condition *conditions, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct plan_condition *condition = arena_append(
			arena, &rule->conditions, &rule->condition_count, sizeof(*condition));

		condition->argument = conditions[i].argument;
		condition->wide = conditions[i].wide;
		condition->differs = conditions[i].differs;
		condition->mask = conditions[i].mask;
		condition->value = conditions[i].value;
	}
}

/* One rule for each alternative of the call's guard, or one alone. */
static void add_wish(struct wishes *wishes, struct plan_service *service, const struct wish *wished)
{
	const struct catalog_call *call = catalog_call_on(wishes->arch, wished->grant.call);

	if (!call)
		return;
	const struct catalog_guard *guard =
		catalog_guard(call->name, wishes->writes, wishes->no_code);
	unsigned alternatives = guard ? guard->alternative_count : 1;

	for (unsigned i = 0; i < alternatives; i++) {
		struct plan_call *rule = add_call(wishes, service, call, wished->where);

		add_conditions(wishes->arena, rule, wished->grant.conditions,
			wished->grant.condition_count);
		if (guard)
			add_conditions(wishes->arena, rule, guard->alternatives[i].conditions,
				guard->alternatives[i].condition_count);
	}
}

/* Refuse with ENOSYS, so that libraries fall back on the call that a filter can judge. */
static void refuse_unjudged(struct wishes *wishes, struct plan_service *service)
{
	for (size_t i = 0; i < sizeof(unjudged) / sizeof(unjudged[0]); i++) {
		struct where where = wishes->from->where;
		bool asked = false;

		if (unjudged[i].only_writers && !wishes->writes)
			continue;
		for (size_t j = 0; j < wishes->count; j++) {
			struct wish *item = &wishes->items[j];

			if (item->denied || !text_equal(item->grant.call, unjudged[i].call))
				continue;
			item->denied = true;
			if (asked)
				continue;
			asked = true;
			if (!unjudged[i].always)
				where = item->where;
			struct report_entry *entry = report_add(wishes->report, REPORT_WARNING,
				item->where, (unsigned)strlen(unjudged[i].call),
				"'%s' stays refused: %s", unjudged[i].call, unjudged[i].reason);
			report_hint(wishes->report, entry, "%s", unjudged[i].hint);
		}
		if (!asked && !unjudged[i].always)
			continue;
		struct plan_call *rule =
			add_call(wishes, service, catalog_call(unjudged[i].call), where);
		rule->action = PLAN_REFUSE;
		rule->error = ENOSYS;
	}
}

static void add_launch(struct wishes *wishes, struct plan_service *service)
{
	const struct policy_texts *command = &wishes->from->command;
	struct plan_call *rule = add_call(wishes, service, catalog_call("execveat"),
		command->count ? command->items[0].where : wishes->from->where);

	rule->launch_only = true;
}

enum catalog_arch plan_calls_arch(const struct host *host)
{
	for (int arch = 0; arch < CATALOG_ARCH_COUNT; arch++)
		if (text_equal(catalog_arch_name(arch), host->arch))
			return arch;
	return catalog_native_arch();
}

/* Private memory folders do not count: they are nosuid and go with the service. */
static bool writes_files(const struct policy_service *from)
{
	for (size_t i = 0; i < from->file_count; i++)
		if (from->files[i].access == POLICY_WRITE && from->files[i].memory == 0)
			return true;
	return false;
}

void plan_calls(const struct policy_service *from, const struct host *host,
	struct plan_service *service, struct arena *arena, struct report *report)
{
	struct wishes wishes = {
		.from = from,
		.arena = arena,
		.report = report,
		.arch = plan_calls_arch(host),
		.writes = writes_files(from),
	};

	collect(&wishes);
	for (size_t i = 0; i < from->deny.count; i++)
		deny_name(&wishes, from->deny.items[i].text);

	const struct wish *code = granted(&wishes, "executable-memory");
	service->write_execute = code != NULL;
	if (code)
		service->write_execute_where = code->where;
	service->forks = creates_processes(&wishes);
	service->mdwe = !code && host_has(host, HOST_MDWE);
	wishes.no_code = !code && !service->mdwe;

	refuse_unjudged(&wishes, service);
	add_launch(&wishes, service);
	for (size_t i = 0; i < wishes.count; i++)
		if (!wishes.items[i].denied)
			add_wish(&wishes, service, &wishes.items[i]);
	plan_calls_order(service);
}
