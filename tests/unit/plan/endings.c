/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "catalog/start_right.h"
#include "host/host.h"
#include "plan/seccomp.h"
#include "sketch.h"

enum { LET_THROUGH = SECCOMP_RET_ALLOW, ASKED = SECCOMP_RET_USER_NOTIF };

#define KILLED SECCOMP_RET_KILL_PROCESS
#define SERVICE(rest) "  a: {role: bare, command: daemon, " rest "}\n"

static const struct plan_service *service_of(const struct sketch *sketch)
{
	return plan_service(sketch->plan, "a");
}

static size_t count_of(const struct plan_service *service, const char *call)
{
	size_t count = 0;

	for (size_t i = 0; i < service->ending_count; i++)
		count += text_equal(service->endings[i].name, call);
	return count;
}

static uint32_t answer(const struct sketch *sketch, const char *call, const uint64_t arguments[6])
{
	const struct plan_service *service = service_of(sketch);
	uint32_t arch = catalog_audit_arch(CATALOG_X86_64);
	uint32_t number = (uint32_t)catalog_call(call)->number[CATALOG_X86_64];
	struct plan_filter filter;

	assert_int_equal(plan_seccomp_endings(service, sketch->arena, &filter, NULL), 0);
	uint32_t got = plan_simulate(&filter, arch, number, arguments);
	assert_int_equal(got, plan_expect_endings(service, arch, number, arguments));
	return got;
}

#define answer(sketch, call, ...) answer(sketch, call, (const uint64_t[6]){__VA_ARGS__})

static void only_what_it_has_can_end(void **state)
{
	struct sketch sketch = sketch_plan(
		SERVICE("syscalls: {allow: [socket-exchange, openat]}, listens: [3000], "
			"after-ready: {forbid: [listen, fork, connect-new, write]}"),
		false);
	const struct plan_service *service = service_of(&sketch);

	(void)state;
	assert_int_equal(count_of(service, "bind"), 1);
	assert_int_equal(count_of(service, "listen"), 1);
	assert_int_equal(count_of(service, "sendto"), 2);
	assert_int_equal(count_of(service, "openat"), 3);
	/* Threads are a clone as well, and it has no other; nor may it connect or rename. */
	assert_int_equal(count_of(service, "clone"), 0);
	assert_int_equal(count_of(service, "connect"), 0);
	assert_int_equal(count_of(service, "rename"), 0);
	assert_false(service->view_closes);
	for (size_t i = 0; i < service->ending_count; i++) {
		assert_int_equal(service->endings[i].where.line, 4);
		assert_true(i == 0 || service->endings[i].number >= service->endings[i - 1].number);
	}
	sketch_free(&sketch);
}

static void the_launch_alone_is_no_right_to_end(void **state)
{
	struct sketch sketch = sketch_plan(SERVICE("after-ready: {forbid: [execute]}"), false);

	(void)state;
	assert_int_equal(service_of(&sketch)->ending_count, 0);
	assert_true(service_of(&sketch)->view_closes);
	assert_int_equal(service_of(&sketch)->view_closes_where.line, 4);
	sketch_free(&sketch);
}

static void commands_that_run_in_it_keep_the_view_open(void **state)
{
	struct sketch sketch = sketch_plan(SERVICE("programs: [/usr/bin/tool], "
						   "healthy: {command: /usr/bin/tool}, "
						   "after-ready: {forbid: [execute]}"),
		true);

	(void)state;
	assert_int_equal(count_of(service_of(&sketch), "execve"), 1);
	assert_int_equal(count_of(service_of(&sketch), "execveat"), 1);
	assert_false(service_of(&sketch)->view_closes);
	sketch_free(&sketch);
}

static void who_sends_datagrams_goes_on_to_bind(void **state)
{
	struct sketch sketch =
		sketch_plan(SERVICE("listens: [3000], connects: [b:53/udp], after-ready: {forbid: "
				    "[listen]}") "  b: {role: bare, command: daemon, listens: "
						 "[53/udp]}\n",
			false);

	(void)state;
	assert_int_equal(count_of(service_of(&sketch), "bind"), 0);
	assert_int_equal(count_of(service_of(&sketch), "listen"), 1);
	sketch_free(&sketch);
}

/* Then it must not start; and what does without keeps what the kernel cannot take. */
static void without_listeners_nothing_ends(void **state)
{
	struct sketch sketch = sketch_plan(
		SERVICE("listens: [3000], after-ready: {forbid: [listen, execute]}"), false);

	(void)state;
	sketch.host->features[HOST_SECCOMP_NOTIFY].state = HOST_NO;
	sketch.plan = plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
	assert_int_equal(service_of(&sketch)->ending_count, 0);
	assert_true(service_of(&sketch)->view_closes);
	assert_int_equal(sketch.plan->gap_count, 1);
	assert_int_equal(sketch.plan->gaps[0].layer, LAYER_PHASE);
	assert_true(sketch.plan->gaps[0].required);
	assert_int_equal(sketch.plan->gaps[0].where.line, 4);
	sketch_free(&sketch);
}

static void a_job_is_never_ready(void **state)
{
	struct sketch sketch =
		sketch_plan(SERVICE("job: {every: 1m}, after-ready: {forbid: [execute]}"), true);

	(void)state;
	assert_true(sketch_says(&sketch, REPORT_ERROR, "'a' is a job, which is never ready"));
	assert_false(service_of(&sketch)->view_closes);
	sketch_free(&sketch);
}

/* What a role says of its daemon holds where ready means bound; what the policy says, always. */
static void a_probe_that_asks_one_port_of_two_ends_no_listening(void **state)
{
	static const struct {
		const char *rest;
		bool ends;
	} cases[] = {
		{"listens: [80, 81]", true},
		{"listens: [80], ready: {port: 80}", true},
		{"listens: [80], ready: {http: \":80/\"}", true},
		{"listens: [80, 81], ready: {port: 80}", false},
		{"listens: [80-81], ready: {port: 80}", false},
		{"listens: [80, 81], ready: notify", true},
		{"listens: [80], ready: {command: daemon}", false},
		{"listens: [80, 81], ready: {port: 80}, after-ready: {forbid: [listen]}", true},
		{"listens: [80], without: {after-ready: {forbid: [listen]}}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "  a: {role: listener, command: daemon, %s}\n",
			cases[i].rest);
		struct sketch sketch = sketch_plan(text, true);
		if ((count_of(service_of(&sketch), "listen") > 0) != cases[i].ends)
			fail_msg("%s", cases[i].rest);
		sketch_free(&sketch);
	}
}

/* Both filters are asked; the stricter answer counts, so this one lets through what it can. */
static void flags_tell_what_ends(void **state)
{
	struct sketch sketch = sketch_plan(
		SERVICE("syscalls: {allow: [socket-exchange, network-client, process-creation, "
			"openat, utimensat, sendmmsg]}, "
			"after-ready: {forbid: [fork, connect-new, write]}"),
		false);
	const uint64_t junk = UINT64_C(0xdeadbeef) << 32, path = 0x7fff12345678;

	(void)state;
	assert_int_equal(answer(&sketch, "openat", 0, path, O_RDONLY | O_CLOEXEC), LET_THROUGH);
	assert_int_equal(answer(&sketch, "openat", 0, path, junk), LET_THROUGH);
	assert_int_equal(answer(&sketch, "openat", 0, path, junk | O_WRONLY), ASKED);
	assert_int_equal(answer(&sketch, "openat", 0, path, O_RDWR), ASKED);
	assert_int_equal(answer(&sketch, "openat", 0, path, O_ACCMODE), ASKED);
	assert_int_equal(answer(&sketch, "openat", 0, path, O_CREAT), ASKED);
	assert_int_equal(answer(&sketch, "openat", 0, path, O_TRUNC), ASKED);
	assert_int_equal(answer(&sketch, "utimensat", 5, 0), LET_THROUGH);
	assert_int_equal(answer(&sketch, "utimensat", 5, UINT64_C(1) << 32), ASKED);
	assert_int_equal(answer(&sketch, "connect", 5), ASKED);
	assert_int_equal(answer(&sketch, "sendto", 5, path, 1, 0, 0), LET_THROUGH);
	assert_int_equal(answer(&sketch, "sendto", 5, path, 1, 0, junk), ASKED);
	assert_int_equal(answer(&sketch, "sendto", 5, path, 1, MSG_FASTOPEN, 0), ASKED);
	assert_int_equal(answer(&sketch, "sendmsg", 5, path, MSG_NOSIGNAL), LET_THROUGH);
	assert_int_equal(answer(&sketch, "sendmsg", 5, path, MSG_FASTOPEN), ASKED);
	assert_int_equal(answer(&sketch, "sendmmsg", 5, path, 1, MSG_FASTOPEN), ASKED);
	assert_int_equal(answer(&sketch, "clone", CLONE_THREAD), LET_THROUGH);
	assert_int_equal(answer(&sketch, "clone", 17), ASKED);
	assert_int_equal(answer(&sketch, "clone", 17 | CLONE_VFORK), ASKED);
	assert_int_equal(answer(&sketch, "vfork", 0), ASKED);
	assert_int_equal(answer(&sketch, "read", 0), LET_THROUGH);
	sketch_free(&sketch);
}

static void other_entries_to_the_kernel_are_closed_here_as_well(void **state)
{
	struct sketch sketch =
		sketch_plan(SERVICE("listens: [3000], after-ready: {forbid: [listen]}"), false);
	const uint64_t none[6] = {0};
	struct plan_filter filter;

	(void)state;
	assert_int_equal(plan_seccomp_endings(service_of(&sketch), sketch.arena, &filter, NULL), 0);
	assert_true(plan_simulate(&filter, AUDIT_ARCH_I386, 361, none) == KILLED);
	assert_true(plan_simulate(&filter, AUDIT_ARCH_X86_64, 0x40000000 | 49, none) == KILLED);
	assert_int_equal(plan_simulate(&filter, AUDIT_ARCH_X86_64, 4711, none), LET_THROUGH);
	sketch_free(&sketch);
}

static void every_word_says_what_it_ends_and_what_remains(void **state)
{
	size_t count;
	const struct catalog_start_right *rights = catalog_start_rights(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(rights[i].name, catalog_start_right_names[i]);
		assert_ptr_equal(catalog_start_right(rights[i].name), &rights[i]);
		assert_true(strlen(rights[i].sentence) > 0 && strlen(rights[i].remains) > 0);
		for (size_t j = 0; j < rights[i].call_count; j++)
			assert_non_null(catalog_call(rights[i].calls[j].call));
	}
	assert_null(catalog_start_right("bind"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_it_has_can_end),
		cmocka_unit_test(the_launch_alone_is_no_right_to_end),
		cmocka_unit_test(commands_that_run_in_it_keep_the_view_open),
		cmocka_unit_test(who_sends_datagrams_goes_on_to_bind),
		cmocka_unit_test(without_listeners_nothing_ends),
		cmocka_unit_test(a_job_is_never_ready),
		cmocka_unit_test(a_probe_that_asks_one_port_of_two_ends_no_listening),
		cmocka_unit_test(flags_tell_what_ends),
		cmocka_unit_test(other_entries_to_the_kernel_are_closed_here_as_well),
		cmocka_unit_test(every_word_says_what_it_ends_and_what_remains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
