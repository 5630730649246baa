/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>

#include "base/text.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

/*
 * The oracle of the tests: rule by rule as plan.h defines them.
 * It shares nothing with the compiler, so that a mistake there shows as a difference.
 */

static bool condition_holds(const struct plan_condition *condition, const uint64_t arguments[6])
{
	uint64_t argument = arguments[condition->argument];
	uint64_t mask = condition->mask, value = condition->value;

	if (!condition->wide) {
		argument = (uint32_t)argument;
		mask = (uint32_t)mask;
		value = (uint32_t)value;
	}
	return ((argument & mask) == value) != condition->differs;
}

static bool is_launch(const struct plan_launch_addresses *launch, const uint64_t arguments[6])
{
	return launch && (int32_t)arguments[0] == AT_FDCWD && arguments[1] == launch->path &&
	       arguments[2] == launch->arguments && arguments[3] == launch->environment &&
	       (uint32_t)arguments[4] == 0;
}

static bool all_hold(const struct plan_call *rule, const uint64_t arguments[6])
{
	for (size_t i = 0; i < rule->condition_count; i++)
		if (!condition_holds(&rule->conditions[i], arguments))
			return false;
	return true;
}

static bool rule_allows(const struct plan_call *rule, const struct plan_launch_addresses *launch,
	const uint64_t arguments[6])
{
	if (rule->launch_only && !is_launch(launch, arguments))
		return false;
	return all_hold(rule, arguments) && rule->action == PLAN_ALLOW;
}

/* What no rule allows. */
static uint32_t undeclared(const struct plan_service *service, uint32_t refusal, uint32_t number,
	const uint64_t arguments[6])
{
	if (!plan_audit(service, LAYER_SECCOMP))
		return SECCOMP_RET_ERRNO | refusal;
	for (size_t i = 0; i < service->kept_count; i++)
		if (service->kept[i].number == number && all_hold(&service->kept[i], arguments))
			return SECCOMP_RET_ERRNO | refusal;
	return SECCOMP_RET_LOG;
}

uint32_t plan_expect(const struct plan_service *service, const struct plan_launch_addresses *launch,
	uint32_t refusal, uint32_t arch, uint32_t number, const uint64_t arguments[6])
{
	enum catalog_arch native = catalog_native_arch();

	if (arch != catalog_audit_arch(native))
		return SECCOMP_RET_KILL_PROCESS;
	if (native == CATALOG_X86_64 && number >= 0x40000000)
		return SECCOMP_RET_KILL_PROCESS;
	if (number > catalog_newest(native))
		return SECCOMP_RET_ERRNO | ENOSYS;
	for (size_t i = 0; i < service->call_count; i++) {
		const struct plan_call *rule = &service->calls[i];

		if (rule->number != number)
			continue;
		if (rule->action == PLAN_REFUSE)
			return SECCOMP_RET_ERRNO | rule->error;
		if (rule_allows(rule, launch, arguments))
			return SECCOMP_RET_ALLOW;
	}
	return undeclared(service, refusal, number, arguments);
}

static bool ending_holds(const struct plan_ending *ending, const uint64_t arguments[6])
{
	for (size_t i = 0; i < ending->condition_count; i++)
		if (!condition_holds(&ending->conditions[i], arguments))
			return false;
	return true;
}

uint32_t plan_expect_endings(const struct plan_service *service, uint32_t arch, uint32_t number,
	const uint64_t arguments[6])
{
	enum catalog_arch native = catalog_native_arch();

	if (arch != catalog_audit_arch(native) ||
		(native == CATALOG_X86_64 && number >= 0x40000000))
		return SECCOMP_RET_KILL_PROCESS;
	for (size_t i = 0; i < service->ending_count; i++)
		if (service->endings[i].number == number &&
			ending_holds(&service->endings[i], arguments))
			return SECCOMP_RET_USER_NOTIF;
	return SECCOMP_RET_ALLOW;
}

static bool ever_allowed(const struct plan_service *service, const char *call)
{
	bool kept = false;

	for (size_t i = 0; i < service->kept_count; i++)
		kept = kept || (service->kept[i].condition_count == 0 &&
				       text_equal(service->kept[i].name, call));
	if (plan_audit(service, LAYER_SECCOMP) && !kept)
		return true;
	for (size_t i = 0; i < service->call_count; i++)
		if (service->calls[i].action == PLAN_ALLOW &&
			text_equal(service->calls[i].name, call))
			return true;
	return false;
}

size_t plan_refused_count(const struct plan_service *service)
{
	size_t count, refused = 0;
	const struct catalog_call *calls = catalog_calls(&count);

	for (size_t i = 0; i < count; i++)
		if (calls[i].implemented && calls[i].number[CATALOG_X86_64] >= 0 &&
			!ever_allowed(service, calls[i].name))
			refused++;
	return refused;
}
