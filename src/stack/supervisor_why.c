/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"
#include "plan/plan.h"
#include "stack/supervised.h"

/* Who ends so often before it was ready will not get there: `up` need not wait for all of its time.
 */
enum { MOST_ENDS = 3 };

static void has_ended(
	const struct supervisor *supervisor, const struct plan_service *service, struct fault *why)
{
	const char *how = supervisor->services[service - supervisor->plan->services].ended;

	/* Its own exit status says it: no errno would help. */
	fault(why, 0, service->where, "service '%s' ended%s%s", service->name, *how ? ": " : "",
		*how ? how : " before it was ready");
	if (text_equal(how, "exit 0") && service->life.job.kind == PLAN_JOB_NONE)
		fault_hint(why, "keep it in the foreground: `daemonize no` of redis, `daemon off;` "
				"of nginx, -F of php-fpm");
}

bool supervisor_lost(const struct supervisor *supervisor, size_t index, struct fault *why)
{
	const struct schedule_view view = schedule_view(supervisor->schedule, index);
	const struct plan_service *service = &supervisor->plan->services[index];

	if (view.state == SCHEDULE_FAILED) {
		*why = supervisor->services[index].why;
		return true;
	}
	if (view.state == SCHEDULE_ENDED ||
		(view.state == SCHEDULE_BACKOFF && view.restarts >= MOST_ENDS)) {
		has_ended(supervisor, service, why);
		return true;
	}
	if (view.state != SCHEDULE_OFF)
		return false;
	fault(why, 0, service->where, "service '%s' was stopped", service->name);
	return true;
}

void supervisor_late(const struct supervisor *supervisor, const struct supervised_client *client,
	size_t index, struct fault *why)
{
	const struct schedule_view view = schedule_view(supervisor->schedule, index);
	const struct plan_service *service = &supervisor->plan->services[index];
	const struct fault *missing = &supervisor->services[index].why;

	if (view.state == SCHEDULE_BACKOFF) {
		has_ended(supervisor, service, why);
		return;
	}
	if (view.waits_for) {
		fault(why, 0, service->where,
			"service '%s' is not started after %u s: it waits for '%s'", service->name,
			client->within, view.waits_for);
		return;
	}
	fault(why, 0, missing->where.file ? missing->where : service->where,
		"service '%s' is not ready after %u s%s%s", service->name, client->within,
		missing->text[0] ? ": " : "", missing->text);
	if (missing->hint[0])
		fault_hint(why, "%s", missing->hint);
}
