/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The same policy and host give the same bytes, and nothing else is looked at. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/report.h"
#include "base/scoped.h"
#include "example.h"
#include "host/host.h"
#include "in_child.h"
#include "plan/plan.h"
#include "policy/policy.h"

/* What would tell one machine, user or moment from another. */
static const int closed[] = {
#ifdef SYS_open
	SYS_open,
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_readlink,
	SYS_time,
#endif
	SYS_openat,
	SYS_openat2,
	SYS_newfstatat,
	SYS_statx,
	SYS_faccessat,
	SYS_faccessat2,
	SYS_readlinkat,
	SYS_getdents64,
	SYS_getcwd,
	SYS_socket,
	SYS_execve,
	SYS_execveat,
	SYS_uname,
	SYS_sysinfo,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_getrandom,
	SYS_clock_gettime,
	SYS_gettimeofday,
};

enum { CLOSED = sizeof(closed) / sizeof(closed[0]) };

struct building {
	struct arena *arena;
	struct example example;
	const struct policy *policy;
	bool cheat; /* look at a file all the same */
};

static int close_calls(void)
{
	struct sock_filter filter[1 + CLOSED + 2];
	struct sock_fprog program = {1 + CLOSED + 2, filter};

	filter[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (unsigned i = 0; i < CLOSED; i++)
		filter[1 + i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)closed[i], (uint8_t)(CLOSED - i), 0);
	filter[1 + CLOSED] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[2 + CLOSED] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0;
}

static int build_closed(void *of)
{
	struct building *building = of;
	struct report *report = report_new(building->arena);
	size_t count;

	if (close_calls())
		return 1;
	if (building->cheat)
		return access("/etc/passwd", F_OK) ? 2 : 3;
	const struct plan *plan = plan_build(
		building->policy, building->example.host, false, building->arena, report);
	plan_questions(building->policy, building->arena, &count);
	plan_id_names(building->policy, building->arena, &count);
	return plan->service_count == building->policy->service_count ? 0 : 4;
}

static void a_plan_looks_at_nothing_but_policy_and_host(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct building building = {.arena = arena};

	(void)state;
	example_read(&building.example, "examples/small/bulkhead.yaml", "roles",
		"tests/golden/small.host.json", arena);
	building.policy = example_policy(&building.example, arena, report_new(arena));
	assert_int_equal(in_child(build_closed, &building), 0);
	building.cheat = true;
	assert_int_equal(in_child(build_closed, &building), 128 + SIGSYS);
}

static char *write_plan(const char *policy, const char *roles, const char *host)
{
	scoped(arena) struct arena *arena = arena_new();
	struct example example;

	example_read(&example, policy, roles, host, arena);
	example_add(&example, "/every.env", "FROM_FILE=1\n");
	const struct plan *plan = example_plan(&example, arena, report_new(arena));
	assert_non_null(plan);
	return plan_write(plan);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	static const char *const inputs[][3] = {
		{"examples/small/bulkhead.yaml", "roles", "tests/golden/small.host.json"},
		{"tests/unit/plan/every/policy.yaml", "tests/unit/plan/every/roles",
			"tests/golden/every.host.json"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		scoped(memory) char *first = write_plan(inputs[i][0], inputs[i][1], inputs[i][2]);
		scoped(memory) char *second = write_plan(inputs[i][0], inputs[i][1], inputs[i][2]);

		assert_string_equal(first, second);
	}
}

/* A plan that was stored and read is the plan. */
static void a_plan_that_is_read_writes_the_same_bytes(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	scoped(memory) char *first =
		write_plan("examples/small/bulkhead.yaml", "roles", "tests/golden/small.host.json");
	struct fault why = {0};
	struct plan *plan;

	(void)state;
	assert_int_equal(plan_read("plan.json", first, strlen(first), arena, &plan, &why), 0);
	scoped(memory) char *second = plan_write(plan);
	assert_string_equal(first, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_looks_at_nothing_but_policy_and_host),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
		cmocka_unit_test(a_plan_that_is_read_writes_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
