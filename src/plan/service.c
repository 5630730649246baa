/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "plan/plan.h"

const struct plan_service *plan_service(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (text_equal(plan->services[i].name, name))
			return &plan->services[i];
	return NULL;
}

const struct plan_audit *plan_audit(const struct plan_service *service, enum layer layer)
{
	for (size_t i = 0; i < service->audit_count; i++)
		if (service->audits[i].layer == layer)
			return &service->audits[i];
	return NULL;
}

bool plan_service_called(const struct plan_service *service, const char *name)
{
	return text_equal(service->name, name) || text_equal(service->base, name);
}

const struct plan_service *plan_service_named(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan_service_called(&plan->services[i], name))
			return &plan->services[i];
	return NULL;
}

size_t plan_doors(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_service *service = plan_service(plan, plan->publishes[i].service);

		count += !service || service->instance <= 1;
	}
	return count;
}

/* As many as fit in a hint; those with instances once. */
static void list_services(const struct plan *plan, struct fault *why)
{
	char names[sizeof(why->hint) - 64] = "";
	size_t length = 0, i = 0;

	for (; i < plan->service_count; i++) {
		const char *name = plan->services[i].base;

		if (plan->services[i].instance > 1)
			continue;
		if (length + strlen(name) + 2 >= sizeof(names))
			break;
		length += (size_t)snprintf(
			names + length, sizeof(names) - length, "%s%s", i ? ", " : "", name);
	}
	fault_hint(why, "its services: %s%s", names, i < plan->service_count ? " and others" : "");
}

/* "storefront.7" of a service that has four. */
static bool name_instances(const struct plan *plan, const char *name, struct fault *why)
{
	const char *base = NULL;
	size_t count = 0;

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		size_t length = strlen(service->base);

		if (service->instance && text_starts(name, service->base) && name[length] == '.') {
			base = service->base;
			count++;
		}
	}
	if (base)
		fault_hint(why, "'%s' has %zu instances: %s.1 to %s.%zu", base, count, base, base,
			count);
	return base;
}

int plan_no_service(const struct plan *plan, const char *name, struct fault *why)
{
	fault_of(why, FAULT_USAGE, 0, (struct where){0}, "stack '%s' has no service '%s'",
		plan->stack, name);
	if (name_instances(plan, name, why))
		return -ENOENT;
	for (size_t i = 0; i < plan->service_count; i++)
		if (text_nearest(name, &plan->services[i].base, 1)) {
			fault_hint(why, "did you mean %s?", plan->services[i].base);
			return -ENOENT;
		}
	list_services(plan, why);
	return -ENOENT;
}
