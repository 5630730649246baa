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
#include "plan/wish.h"
#include "policy/policy.h"

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

static struct plan_call *add_call(struct plan_wishes *wishes, struct plan_service *service,
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
static void add_wish(
	struct plan_wishes *wishes, struct plan_service *service, const struct plan_wish *wished)
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
static void refuse_unjudged(struct plan_wishes *wishes, struct plan_service *service)
{
	for (size_t i = 0; i < sizeof(unjudged) / sizeof(unjudged[0]); i++) {
		struct where where = wishes->from->where;
		bool asked = false;

		if (unjudged[i].only_writers && !wishes->writes)
			continue;
		for (size_t j = 0; j < wishes->count; j++) {
			struct plan_wish *item = &wishes->items[j];

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

static void add_launch(struct plan_wishes *wishes, struct plan_service *service)
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
	struct plan_wishes wishes = {
		.from = from,
		.arena = arena,
		.report = report,
		.arch = plan_calls_arch(host),
		.writes = writes_files(from),
	};

	plan_wish_all(&wishes);
	for (size_t i = 0; i < from->deny.count; i++)
		plan_wish_deny(&wishes, from->deny.items[i].text);

	const struct plan_wish *code = plan_wish_granted(&wishes, "executable-memory");
	service->write_execute = code != NULL;
	if (code)
		service->write_execute_where = code->where;
	service->forks = plan_wish_creates_processes(&wishes);
	service->mdwe = !code && host_has(host, HOST_MDWE);
	/* Beside MDWE, which is another part of the kernel. */
	wishes.no_code = !code;

	refuse_unjudged(&wishes, service);
	add_launch(&wishes, service);
	for (size_t i = 0; i < wishes.count; i++)
		if (!wishes.items[i].denied)
			add_wish(&wishes, service, &wishes.items[i]);
	plan_calls_order(service);
}
