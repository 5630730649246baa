/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What every shipped role makes of the system calls, role file to filter, with
 * the edges and programs of a service that uses it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "catalog/call.h"
#include "plan/plan.h"
#include "plan/seccomp.h"
#include "role_services.h"
#include "seccomp.h"

enum { LEAST_REFUSED = 250 };

static struct arena *arena;
static struct role_service *services;
static size_t role_count;
static struct plan_filter *filters;
static const struct plan_launch_addresses launch = {0x123456789, 0x223456789, 0x323456789};

static int plan_roles(void **state)
{
	(void)state;
	arena = arena_new();
	services = role_services(catalog_arch_name(catalog_native_arch()), arena, &role_count);
	filters = services ? role_filters(services, role_count, &launch, REFUSAL, arena) : NULL;
	return filters ? 0 : -1;
}

static int free_roles(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static uint32_t answer(size_t role, const char *call, const uint64_t arguments[6])
{
	enum catalog_arch arch = catalog_native_arch();

	return plan_simulate(&filters[role], catalog_audit_arch(arch),
		(uint32_t)catalog_call(call)->number[arch], arguments);
}

static bool may(size_t role, const char *call)
{
	for (size_t i = 0; i < services[role].plan.call_count; i++)
		if (services[role].plan.calls[i].action == PLAN_ALLOW &&
			!services[role].plan.calls[i].launch_only &&
			!strcmp(services[role].plan.calls[i].name, call))
			return true;
	return false;
}

static void every_filter_answers_as_its_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < role_count; i++)
		compare_with_oracle(&services[i].plan, &launch, &filters[i]);
}

static void at_least_250_calls_are_refused_to_every_role(void **state)
{
	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		size_t refused = plan_refused_count(&services[i].plan);

		print_message("%s: %zu calls refused, %zu instructions\n", services[i].role,
			refused, filters[i].count);
		assert_true(refused >= LEAST_REFUSED);
	}
}

static void nobody_gets_the_calls_of_attackers(void **state)
{
	static const char *const more[] = {"io_uring_setup", "io_uring_enter", "io_uring_register",
		"landlock_create_ruleset", "seccomp", "fanotify_init", "pidfd_getfd",
		"memfd_secret", "chroot", "syslog", "name_to_handle_at", "process_madvise", "kcmp"};
	size_t count;
	const struct catalog_call *calls = catalog_calls(&count);

	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		for (size_t j = 0; j < count; j++)
			if (calls[j].never_innocent)
				assert_false(may(i, calls[j].name));
		for (size_t j = 0; j < sizeof(more) / sizeof(more[0]); j++)
			assert_false(may(i, more[j]));
	}
}

static void threads_work_everywhere_and_processes_where_the_role_says_so(void **state)
{
	static const uint64_t thread[6] = {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
					   CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS};
	static const uint64_t process[6] = {SIGCHLD}, space[6] = {SIGCHLD | CLONE_NEWUSER};

	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		print_message("%s\n", services[i].role);
		assert_int_equal(services[i].plan.forks, services[i].forks);
		assert_int_equal(answer(i, "clone", thread), SECCOMP_RET_ALLOW);
		assert_int_equal(answer(i, "clone", process),
			services[i].forks ? SECCOMP_RET_ALLOW : (SECCOMP_RET_ERRNO | REFUSAL));
		assert_int_equal(answer(i, "clone", space), SECCOMP_RET_ERRNO | REFUSAL);
		assert_int_equal(answer(i, "clone3", process), SECCOMP_RET_ERRNO | ENOSYS);
	}
}

static void a_second_program_needs_a_declared_one(void **state)
{
	static const uint64_t other[6] = {(uint32_t)-100, 0x1000, 0x2000, 0x3000};

	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		print_message("%s\n", services[i].role);
		assert_int_equal(may(i, "execve"), services[i].executes);
		assert_int_equal(answer(i, "execveat", other),
			services[i].executes ? SECCOMP_RET_ALLOW : (SECCOMP_RET_ERRNO | REFUSAL));
	}
}

/* Whatever edges a policy adds, these stay closed: they are in no group. */
static void no_role_reaches_odd_sockets(void **state)
{
	static const uint64_t odd[][6] = {{AF_VSOCK, SOCK_STREAM}, {AF_PACKET, SOCK_RAW},
		{AF_ALG, SOCK_SEQPACKET}, {AF_INET, SOCK_RAW}, {AF_INET, SOCK_STREAM, 262},
		{AF_TIPC, SOCK_STREAM}, {AF_BLUETOOTH, SOCK_RAW}, {AF_XDP, SOCK_RAW}};

	(void)state;
	for (size_t i = 0; i < role_count; i++)
		for (size_t j = 0; j < sizeof(odd) / sizeof(odd[0]); j++)
			assert_int_equal(answer(i, "socket", odd[j]), SECCOMP_RET_ERRNO | REFUSAL);
}

static void no_two_roles_share_a_filter(void **state)
{
	(void)state;
	for (size_t i = 0; i < role_count; i++)
		for (size_t j = 0; j < i; j++)
			if (filters[i].count == filters[j].count &&
				!memcmp(filters[i].instructions, filters[j].instructions,
					filters[i].count * sizeof(struct sock_filter)))
				fail_msg("%s and %s", services[i].role, services[j].role);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_filter_answers_as_its_plan),
		cmocka_unit_test(at_least_250_calls_are_refused_to_every_role),
		cmocka_unit_test(nobody_gets_the_calls_of_attackers),
		cmocka_unit_test(threads_work_everywhere_and_processes_where_the_role_says_so),
		cmocka_unit_test(a_second_program_needs_a_declared_one),
		cmocka_unit_test(no_role_reaches_odd_sockets),
		cmocka_unit_test(no_two_roles_share_a_filter),
	};

	return cmocka_run_group_tests(tests, plan_roles, free_roles);
}
