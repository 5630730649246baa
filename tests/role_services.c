/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "role_services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "host/host.h"
#include "plan/calls.h"
#include "policy/policy.h"

static const struct {
	const char *role, *service;
	bool forks, executes;
} roles[] = {
	{"nginx", "edge", .forks = true},
	{"haproxy", "balancer", .forks = true},
	{"php-fpm", "pages", .forks = true},
	{"node", "api"},
	{"worker", "worker"},
	{"payment-worker", "payments"},
	{"image-processor", "render", .forks = true, .executes = true},
	{"scheduler", "scheduler"},
	{"postgres", "db", .forks = true},
	{"mariadb", "tables"},
	{"redis", "cache", .forks = true},
};

enum { ROLE_COUNT = sizeof(roles) / sizeof(roles[0]), POLICY_COUNT = 2 };

static bool load_policies(const struct policy **policies, struct arena *arena)
{
	static const char *const names[POLICY_COUNT] = {
		"examples/small/bulkhead.yaml", "tests/system/servers/bulkhead.yaml"};
	const char *source = getenv("BULKHEAD_SOURCE");
	const char *folders[] = {arena_printf(arena, "%s/roles", source ? source : ".")};
	struct policy_options options = {.roles = folders, .role_folder_count = 1};
	bool good = true;

	for (size_t i = 0; i < POLICY_COUNT; i++) {
		const char *file = arena_printf(arena, "%s/%s", source ? source : ".", names[i]);
		struct report *report = report_new(arena);

		policies[i] = policy_load(&file, 1, &options, arena, report);
		report_write(report, stderr, false);
		good = good && report_count(report, REPORT_ERROR) == 0;
	}
	return good;
}

struct role_service *role_services(const char *arch, struct arena *arena, size_t *count)
{
	static struct host_feature_state features[HOST_FEATURE_COUNT];
	struct host host = {
		.arch = arch, .features = features, .feature_count = HOST_FEATURE_COUNT};
	struct role_service *services = arena_alloc(arena, ROLE_COUNT * sizeof(*services));
	const struct policy *policies[POLICY_COUNT];

	features[HOST_MDWE].state = HOST_YES;
	if (!load_policies(policies, arena))
		return NULL;
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		struct role_service *item = &services[i];

		item->role = roles[i].role;
		item->forks = roles[i].forks;
		item->executes = roles[i].executes;
		for (size_t j = 0; j < POLICY_COUNT && !item->from; j++)
			item->from = policy_service(policies[j], roles[i].service);
		if (!item->from || strcmp(item->from->role.text, item->role) != 0)
			return NULL;
		item->plan.name = item->role;
		plan_calls(item->from, &host, &item->plan, arena, report_new(arena));
	}
	*count = ROLE_COUNT;
	return services;
}

struct plan_filter *role_filters(const struct role_service *services, size_t count,
	const struct plan_launch_addresses *launch, uint32_t refusal, struct arena *arena)
{
	struct plan_filter *filters = arena_alloc(arena, count * sizeof(*filters));

	for (size_t i = 0; i < count; i++)
		if (plan_seccomp(&services[i].plan, launch, refusal, arena, &filters[i], NULL))
			return NULL;
	return filters;
}
