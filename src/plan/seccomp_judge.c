/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/seccomp_part.h"

#include <errno.h>
#include <stddef.h>

#include "base/fault.h"
#include "catalog/call.h"
#include "plan/service.h"

enum { ARGUMENTS = 6 };

static int refuse_rule(const struct plan_call *rule, struct fault *why, const char *text)
{
	return fault(why, -EINVAL, rule->where, "cannot filter %s: %s", rule->name, text);
}

static int judge_rule(const struct plan_call *rule, struct fault *why)
{
	if (rule->number > catalog_newest(catalog_native_arch()))
		return refuse_rule(rule, why, "no such system call");
	for (size_t i = 0; i < rule->condition_count; i++)
		if (rule->conditions[i].argument >= ARGUMENTS)
			return refuse_rule(rule, why, "a call has six arguments");
	return 0;
}

int plan_seccomp_judge(const struct plan_service *service, struct fault *why)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < service->call_count; i++) {
		const struct plan_call *rule = &service->calls[i];

		if (i > 0 && rule->number < rule[-1].number)
			return refuse_rule(rule, why, "the rules are not sorted by number");
		if (i > 0 && rule->number == rule[-1].number &&
			(rule->action == PLAN_REFUSE || rule[-1].action == PLAN_REFUSE))
			return refuse_rule(rule, why, "a refusal stands alone for its call");
		error = judge_rule(rule, why);
	}
	for (size_t i = 0; error == 0 && i < service->kept_count; i++) {
		if (i > 0 && service->kept[i].number < service->kept[i - 1].number)
			return refuse_rule(
				&service->kept[i], why, "the rules are not sorted by number");
		error = judge_rule(&service->kept[i], why);
	}
	return error;
}
