/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <sys/socket.h>

#include "base/report.h"
#include "base/text.h"
#include "plan/seccomp.h"
#include "sketch.h"

#define SERVICE(rest) "  a: {role: bare, command: daemon" rest "}\n"

static uint32_t answer(
	const struct plan_service *service, const char *call, uint64_t first, uint64_t second)
{
	const uint64_t arguments[6] = {first, second};

	return plan_expect(service, NULL, EPERM, catalog_audit_arch(CATALOG_X86_64),
		(uint32_t)catalog_call(call)->number[CATALOG_X86_64], arguments);
}

static const struct plan_variable *variable(const struct plan_service *service)
{
	for (size_t i = 0; i < service->environment_count; i++)
		if (text_equal(service->environment[i].name, "NOTIFY_SOCKET"))
			return &service->environment[i];
	return NULL;
}

static void who_says_that_it_is_ready_gets_a_socket_and_the_calls(void **state)
{
	struct sketch sketch = sketch_plan(SERVICE(", ready: notify"), true);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	const struct plan_node *node = sketch_node(a, "/run/notify");

	(void)state;
	assert_int_equal(node->kind, PLAN_NOTIFY);
	assert_int_equal(node->uid, 0);
	assert_int_equal(node->mode, 0755);
	assert_int_equal(node->where.column, 43);
	assert_string_equal(variable(a)->value, "/run/notify/socket");
	assert_int_equal(variable(a)->where.column, 43);
	assert_int_equal(
		answer(a, "socket", AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC), SECCOMP_RET_ALLOW);
	assert_int_equal(answer(a, "sendmsg", 3, 0), SECCOMP_RET_ALLOW);
	/* No other socket comes with it. */
	assert_int_equal(answer(a, "socket", AF_UNIX, SOCK_STREAM), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(answer(a, "socket", AF_INET, SOCK_DGRAM), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(answer(a, "bind", 3, 0), SECCOMP_RET_ERRNO | EPERM);
	for (size_t i = 0; i < a->call_count; i++)
		if (text_equal(a->calls[i].name, "socket"))
			assert_int_equal(a->calls[i].where.column, 43);
	sketch_free(&sketch);
}

static void nobody_else_gets_one(void **state)
{
	struct sketch sketch = sketch_plan(SERVICE(", ready: {port: 80}, listens: [80]"), true);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_null(sketch_node(a, "/run/notify"));
	assert_null(variable(a));
	assert_int_equal(answer(a, "socket", AF_UNIX, SOCK_DGRAM), SECCOMP_RET_ERRNO | EPERM);
	sketch_free(&sketch);
}

static void its_name_is_no_setting(void **state)
{
	struct sketch sketch =
		sketch_plan(SERVICE(", ready: notify, environment: {NOTIFY_SOCKET: /tmp/x}"), true);

	(void)state;
	assert_true(sketch_says(&sketch, REPORT_ERROR, "NOTIFY_SOCKET is made by bulkhead"));
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_says_that_it_is_ready_gets_a_socket_and_the_calls),
		cmocka_unit_test(nobody_else_gets_one),
		cmocka_unit_test(its_name_is_no_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
