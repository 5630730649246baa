/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What follows from a service as a whole, and from services together. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/report.h"
#include "base/text.h"
#include "host/host.h"
#include "policy/policy.h"
#include "sketch.h"

static bool has_call(const struct plan_service *service, const char *name)
{
	for (size_t i = 0; i < service->call_count; i++)
		if (text_equal(service->calls[i].name, name))
			return true;
	return false;
}

/* Before 6.3 a memory file is one more place to execute from, for who may execute. */
static void memory_files_go_where_programs_run_and_the_kernel_cannot_close_them(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: daemon, syscalls: {allow: [memfd_create]}}\n"
		"  b: {role: bare, command: daemon, syscalls: {allow: [memfd_create]}, programs: "
		"[/usr/bin/tool]}\n",
		false);

	(void)state;
	assert_true(has_call(plan_service(sketch.plan, "b"), "memfd_create"));
	sketch.host->features[HOST_MEMFD_NOEXEC].state = HOST_NO;
	const struct plan *plan =
		plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
	assert_true(has_call(plan_service(plan, "a"), "memfd_create"));
	assert_false(has_call(plan_service(plan, "b"), "memfd_create"));
	sketch_free(&sketch);
}

/* What another service writes can be replaced by it, also by a link. */
static void a_path_beneath_what_another_writes_is_warned_of(void **state)
{
	static const struct {
		const char *services;
		bool warned;
	} cases[] = {
		{"  a: {role: bare, command: daemon, files: {write: [/srv/app]}}\n"
		 "  b: {role: bare, command: daemon, files: {read: [/srv/app/sub]}}\n",
			true},
		{"  a: {role: bare, command: daemon, files: {write: [/srv/app]}}\n"
		 "  b: {role: bare, command: daemon, files: {read: [/srv/app]}}\n",
			false},
		{"  a: {role: bare, command: daemon, files: {write: [/srv/app], read: "
		 "[/srv/app/sub]}}\n",
			false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sketch sketch = sketch_plan(cases[i].services, false);
		assert_int_equal(
			sketch_says(&sketch, REPORT_WARNING, "lies beneath a path that 'a' writes"),
			cases[i].warned);
		sketch_free(&sketch);
	}
}

/* A stack without edges needs nothing of the network. */
static void a_silent_stack_has_no_gap_in_the_network(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon}\n", false);

	(void)state;
	sketch.host->features[HOST_VETH].state = HOST_NO;
	sketch.host->features[HOST_NFTABLES].state = HOST_NOT_TRIED;
	sketch.host->features[HOST_TRANSPARENT_PROXY].state = HOST_NO;
	assert_int_equal(plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report)
				 ->gap_count,
		0);
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			memory_files_go_where_programs_run_and_the_kernel_cannot_close_them),
		cmocka_unit_test(a_path_beneath_what_another_writes_is_warned_of),
		cmocka_unit_test(a_silent_stack_has_no_gap_in_the_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
