/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/landlock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "host/host.h"
#include "policy/policy.h"
#include "sketch.h"

static const char stack[] =
	"  a:\n    role: bare\n    command: daemon\n    user: web\n"
	"    files: {read: [/srv/app], write: [/srv/modules]}\n"
	"    listens: [80, 90-91, {unix: /run/a/s}]\n"
	"  b: {role: bare, command: daemon, connects: [a:80, \"a:unix:/run/a/s\"]}\n";

static uint64_t access_of(const struct plan_service *service, const char *path)
{
	uint64_t access = 0;

	for (size_t i = 0; i < service->landlock.beneath_count; i++)
		if (text_equal(service->landlock.beneath[i].path, path))
			access |= service->landlock.beneath[i].access;
	return access;
}

static void a_path_may_what_its_node_may(void **state)
{
	const uint64_t write = CATALOG_LANDLOCK_WRITE_FILE | CATALOG_LANDLOCK_MAKE_REG |
			       CATALOG_LANDLOCK_REMOVE_FILE;
	const uint64_t look = CATALOG_LANDLOCK_READ_FILE | CATALOG_LANDLOCK_READ_DIR;
	struct sketch sketch = sketch_plan(stack, false);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	const struct plan_service *b = plan_service(sketch.plan, "b");

	(void)state;
	assert_int_equal(access_of(a, "/"), CATALOG_LANDLOCK_READ_DIR);
	assert_int_equal(access_of(a, "/srv/app") & (look | write), look);
	assert_int_equal(access_of(a, "/srv/modules") & (look | write), look | write);
	assert_int_equal(access_of(a, "/tmp") & (look | write), look | write);
	assert_int_equal(access_of(a, "/proc"), look);
	assert_int_equal(access_of(a, "/etc/passwd") & (look | write), CATALOG_LANDLOCK_READ_FILE);
	assert_int_equal(access_of(a, "/dev/null") & (look | write),
		CATALOG_LANDLOCK_READ_FILE | CATALOG_LANDLOCK_WRITE_FILE);
	assert_int_equal(access_of(a, "/proc/kcore"), 0);
	/* A socket is made by its listener, and only found by who connects. */
	assert_true(access_of(a, "/run/a") & CATALOG_LANDLOCK_MAKE_SOCK);
	assert_int_equal(access_of(b, "/run/a"), look);
	/* What no mount allows is granted, so that the kernel's walk ends here; else it is not. */
	assert_true(access_of(a, "/srv/app") & CATALOG_LANDLOCK_IOCTL_DEV);
	assert_false(access_of(a, "/srv/modules") & CATALOG_LANDLOCK_IOCTL_DEV);
	assert_false(access_of(a, "/dev/null") & CATALOG_LANDLOCK_IOCTL_DEV);
	sketch_free(&sketch);
}

/* Who opens connections keeps CONNECT for the network layer: its edges may change while it runs. */
static void ports_are_bound_by_declaration_and_connected_to_by_none_or_by_edges(void **state)
{
	struct sketch sketch = sketch_plan(stack, false);
	const struct plan_landlock *a = &plan_service(sketch.plan, "a")->landlock;
	const struct plan_landlock *b = &plan_service(sketch.plan, "b")->landlock;

	(void)state;
	assert_int_equal(a->handled_net, CATALOG_LANDLOCK_BIND_TCP | CATALOG_LANDLOCK_CONNECT_TCP);
	assert_int_equal(b->handled_net, CATALOG_LANDLOCK_BIND_TCP);
	assert_int_equal(a->port_count, 3);
	assert_int_equal(a->ports[2].port, 91);
	assert_int_equal(a->ports[2].access, CATALOG_LANDLOCK_BIND_TCP);
	assert_int_equal(b->port_count, 0);
	sketch_free(&sketch);
}

/* A right that the kernel does not know is neither denied nor granted. */
static void an_older_kernel_is_asked_for_what_it_knows(void **state)
{
	struct sketch sketch = sketch_plan(stack, false);

	(void)state;
	for (uint32_t abi = 0; abi < 5; abi++) {
		sketch.host->landlock_abi = abi;
		const struct plan *plan =
			plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
		const struct plan_landlock *a = &plan->services[0].landlock;

		assert_int_equal(a->used, abi > 0);
		assert_int_equal(a->beneath_count > 0, abi > 0);
		assert_int_equal(a->handled_net != 0, abi >= 4);
		assert_int_equal(a->port_count, abi >= 4 ? 3 : 0);
		assert_int_equal((a->handled_files & CATALOG_LANDLOCK_TRUNCATE) != 0, abi >= 3);
		for (size_t i = 0; i < a->beneath_count; i++)
			assert_int_equal(a->beneath[i].access & ~a->handled_files, 0);
	}
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_may_what_its_node_may),
		cmocka_unit_test(
			ports_are_bound_by_declaration_and_connected_to_by_none_or_by_edges),
		cmocka_unit_test(an_older_kernel_is_asked_for_what_it_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
