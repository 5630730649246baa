/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Calls that a record of normal days misses, so that tight filters broke what is rare and needed:
 * nginx reloaded, its cache purged, Apache reconfigured, PostgreSQL's buffers grown (Optimus,
 * Journal of Cloud Computing 2024, table 1).  Each is allowed, or has its reason here; the
 * operations themselves are in tests/system/vendure.sh and wordpress.sh.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "plan/plan.h"
#include "role_services.h"

enum answer {
	ALLOWED,
	BY_ANOTHER, /* libraries make that one in its place */
	NOT_MADE,   /* by this daemon, as it is run here */
};

static const struct rare {
	const char *role, *call;
	enum answer answer;
	const char *another;
} rare[] = {
	/* lstat(3) is newfstatat(2) since glibc 2.33 (sysdeps/unix/sysv/linux/lstat64.c). */
	{"nginx", "lstat", BY_ANOTHER, "newfstatat"},
	/* In ngx_daemon.c alone, and a service stays in the foreground. */
	{"nginx", "umask", NOT_MADE, NULL},
	/* Nowhere in the source of 1.22. */
	{"nginx", "getpgrp", NOT_MADE, NULL},
	{"nginx", "kill", ALLOWED, NULL},
	{"nginx", "unlink", ALLOWED, NULL},
	/* No role is Apache's: PHP-FPM, which answers for it, is reconfigured likewise. */
	{"php-fpm", "dup2", ALLOWED, NULL},
	{"php-fpm", "tgkill", ALLOWED, NULL},
	{"php-fpm", "sysinfo", ALLOWED, NULL},
	{"postgres", "mremap", ALLOWED, NULL},
};

static struct arena *arena;
static struct role_service *services;
static size_t role_count;

static int plan_roles(void **state)
{
	(void)state;
	arena = arena_new();
	services = role_services("x86-64", arena, &role_count);
	return services ? 0 : -1;
}

static int free_roles(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct role_service *service_of(const char *role)
{
	for (size_t i = 0; i < role_count; i++)
		if (strcmp(services[i].role, role) == 0)
			return &services[i];
	return NULL;
}

static bool allowed(const struct role_service *service, const char *call)
{
	for (size_t i = 0; i < service->plan.call_count; i++)
		if (service->plan.calls[i].action == PLAN_ALLOW &&
			!service->plan.calls[i].launch_only &&
			strcmp(service->plan.calls[i].name, call) == 0)
			return true;
	return false;
}

static bool holds(const struct rare *one, const struct role_service *service)
{
	switch (one->answer) {
	case ALLOWED:
		return allowed(service, one->call);
	case BY_ANOTHER:
		return allowed(service, one->another);
	case NOT_MADE:
		return !allowed(service, one->call);
	}
	return false;
}

static void each_is_allowed_or_has_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++) {
		const struct role_service *service = service_of(rare[i].role);

		assert_non_null(service);
		if (!holds(&rare[i], service))
			fail_msg("%s: %s", rare[i].role, rare[i].call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_allowed_or_has_its_reason),
	};

	return cmocka_run_group_tests(tests, plan_roles, free_roles);
}
