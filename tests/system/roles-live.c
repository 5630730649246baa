/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What every role may do with threads, processes and programs, asked of this
 * kernel with its filter and no other layer: no namespace, no Landlock, no
 * rlimit, and a view that holds every program of this machine.
 *
 * Each question is first put to a child without a filter, which must succeed:
 * a refusal then is the filter's.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "catalog/call.h"
#include "in_child.h"
#include "plan/plan.h"
#include "plan/seccomp.h"
#include "role_services.h"

enum { REFUSAL = 3999, NOBODY = 65534 };

/* How a question ended in its child. */
enum outcome { SUCCEEDED, REFUSED, OTHERWISE, NOT_ASKED };

static char path[] = "/bin/true";
static char *arguments[] = {path, NULL}, *environment[] = {NULL};

static struct arena *arena;
static struct role_service *services;
static size_t role_count;
static struct plan_filter *filters;

struct question {
	const struct plan_filter *filter; /* NULL: none */
	enum outcome (*ask)(void);
};

static int plan_roles(void **state)
{
	const struct plan_launch_addresses launch = {
		(uintptr_t)path, (uintptr_t)arguments, (uintptr_t)environment};

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

static int install(const struct plan_filter *filter)
{
	struct sock_fprog program = {(unsigned short)filter->count, filter->instructions};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int ask_in_child(void *context)
{
	const struct question *question = context;

	if (getuid() == 0 &&
		(syscall(SYS_setgroups, 0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
		return NOT_ASKED;
	if (question->filter && install(question->filter) < 0)
		return NOT_ASKED;
	return (int)question->ask();
}

static enum outcome ask(const struct plan_filter *filter, enum outcome (*question)(void))
{
	return (enum outcome)in_child(ask_in_child, &(struct question){filter, question});
}

static enum outcome refusal(void)
{
	return errno == REFUSAL ? REFUSED : OTHERWISE;
}

static void *touch(void *flag)
{
	*(volatile int *)flag = 1;
	return NULL;
}

static enum outcome start_a_thread(void)
{
	volatile int touched = 0;
	pthread_t thread;
	int error = pthread_create(&thread, NULL, touch, (void *)&touched);

	if (error)
		return error == REFUSAL ? REFUSED : OTHERWISE;
	return pthread_join(thread, NULL) == 0 && touched ? SUCCEEDED : OTHERWISE;
}

static enum outcome start_a_process(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(7);
	if (child < 0)
		return refusal();
	if (waitpid(child, &status, 0) != child)
		return OTHERWISE;
	return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? SUCCEEDED : OTHERWISE;
}

/* The three below end as /bin/true does, with SUCCEEDED, when they are let through. */
static enum outcome execute(void)
{
	execve(path, arguments, environment);
	return refusal();
}

/* The launch's own words at other addresses. */
static enum outcome execute_as_the_launch_would(void)
{
	char copy[] = "/bin/true";

	syscall(SYS_execveat, AT_FDCWD, copy, arguments, environment, 0);
	return refusal();
}

static enum outcome execute_what_the_launch_does(void)
{
	syscall(SYS_execveat, AT_FDCWD, path, arguments, environment, 0);
	return refusal();
}

static void threads_work_in_every_role(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL, start_a_thread), SUCCEEDED);
	for (size_t i = 0; i < role_count; i++) {
		print_message("%s\n", services[i].role);
		assert_int_equal(ask(&filters[i], start_a_thread), SUCCEEDED);
	}
}

static void processes_work_where_the_role_forks_and_nowhere_else(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL, start_a_process), SUCCEEDED);
	for (size_t i = 0; i < role_count; i++) {
		print_message("%s\n", services[i].role);
		assert_int_equal(
			ask(&filters[i], start_a_process), services[i].forks ? SUCCEEDED : REFUSED);
	}
}

static void a_second_program_runs_where_programs_are_declared_and_nowhere_else(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL, execute), SUCCEEDED);
	assert_int_equal(ask(NULL, execute_as_the_launch_would), SUCCEEDED);
	for (size_t i = 0; i < role_count; i++) {
		enum outcome expected = services[i].executes ? SUCCEEDED : REFUSED;

		print_message("%s\n", services[i].role);
		assert_int_equal(ask(&filters[i], execute), expected);
		assert_int_equal(ask(&filters[i], execute_as_the_launch_would), expected);
		assert_int_equal(ask(&filters[i], execute_what_the_launch_does), SUCCEEDED);
	}
}

static const char *const attackers[] = {"io_uring_setup", "io_uring_enter", "io_uring_register",
	"bpf", "userfaultfd", "keyctl", "add_key", "request_key", "perf_event_open", "ptrace",
	"process_vm_readv", "process_vm_writev", "mount", "umount2", "move_mount", "open_tree",
	"fsopen", "fsmount", "mount_setattr", "pivot_root", "chroot", "init_module", "finit_module",
	"delete_module", "kexec_load", "unshare", "setns", "pidfd_getfd"};

static size_t attacker;

static enum outcome call_as_attackers_do(void)
{
	const struct catalog_call *call = catalog_call(attackers[attacker]);
	long result = syscall(call->number[catalog_native_arch()], -1, 0, 0, 0, 0, 0);

	return result == -1 && errno == REFUSAL ? REFUSED : SUCCEEDED;
}

/* SUCCEEDED: the kernel itself answered, whatever it said. */
static void no_role_reaches_the_calls_of_attackers(void **state)
{
	(void)state;
	for (attacker = 0; attacker < sizeof(attackers) / sizeof(attackers[0]); attacker++) {
		assert_int_equal(ask(NULL, call_as_attackers_do), SUCCEEDED);
		for (size_t i = 0; i < role_count; i++)
			if (ask(&filters[i], call_as_attackers_do) != REFUSED)
				fail_msg("%s: %s", services[i].role, attackers[attacker]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_work_in_every_role),
		cmocka_unit_test(processes_work_where_the_role_forks_and_nowhere_else),
		cmocka_unit_test(
			a_second_program_runs_where_programs_are_declared_and_nowhere_else),
		cmocka_unit_test(no_role_reaches_the_calls_of_attackers),
	};

	return cmocka_run_group_tests(tests, plan_roles, free_roles);
}
