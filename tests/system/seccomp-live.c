/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One live run of every system call number under filters that the compiler
 * made, those of every shipped role among them: what the plan refuses gets the
 * refusal's number from the kernel, what it allows gets another answer, and
 * other ABIs are killed.
 *
 * Each call is issued by a child of its own, unprivileged, with arguments that
 * do nothing.  The child reports through shared memory and ends by a trap,
 * since it may not even be allowed to exit.  Needs no root.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/report.h"
#include "host/host.h"
#include "plan/calls.h"
#include "plan/plan.h"
#include "plan/seccomp.h"
#include "policy/policy.h"
#include "role_services.h"

enum { REFUSAL = 3999, NOBODY = 65534, BEYOND = 64, LONGEST = 50000 /* microseconds */ };

/* How many times LONGEST a call may take. */
static unsigned patience = 1;

static struct {
	volatile int done;
	volatile long result;
} * shared;

static size_t failures, compared;

static void differ(const char *name, const char *what, long number, long got)
{
	fprintf(stderr, "FAIL: %s: call %ld: %s (%ld)\n", name, number, what, got);
	failures++;
}

static const struct plan_service *service_of(
	struct arena *arena, const char *name, const char *const *groups, size_t count)
{
	static struct policy_text command = {"/bin/true", {"live.yaml", 1, 1}};
	struct plan_service *service = arena_alloc(arena, sizeof(*service));
	struct policy_text *allow = arena_alloc(arena, (count + 1) * sizeof(*allow));
	struct policy_service from = {.name = name,
		.where = command.where,
		.command = {&command, 1},
		.allow = {allow, count}};
	struct host host = {.arch = catalog_arch_name(catalog_native_arch())};

	for (size_t i = 0; i < count; i++)
		allow[i] = (struct policy_text){groups[i], command.where};
	service->name = name;
	plan_calls(&from, &host, service, arena, report_new(arena));
	return service;
}

static const struct plan_service *basic_service(struct arena *arena)
{
	static const char *const groups[] = {"process-basics", "descriptors", "file-reading"};

	return service_of(arena, "basics", groups, sizeof(groups) / sizeof(groups[0]));
}

static void install(const struct plan_filter *filter)
{
	static const int faults[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGSYS};
	struct sock_fprog program = {(unsigned short)filter->count, filter->instructions};

	/* cmocka catches them. */
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		signal(faults[i], SIG_DFL);
	if (getuid() == 0 &&
		(syscall(SYS_setgroups, 0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
		_exit(1);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		_exit(1);
}

static long call(uint32_t number, const uint64_t arguments[6])
{
	long result = syscall((int)number, arguments[0], arguments[1], arguments[2], arguments[3],
		arguments[4], arguments[5]);

	return result == -1 ? -errno : result;
}

static void issue(const struct plan_filter *filter, uint32_t number, const uint64_t arguments[6])
{
	const struct rlimit no_core = {0, 0};
	const long end = (long)patience * LONGEST;
	const struct itimerval soon = {
		.it_value = {.tv_sec = end / 1000000, .tv_usec = end % 1000000}};

	setrlimit(RLIMIT_CORE, &no_core);
	/* Calls that block, such as pause, end by this. */
	setitimer(ITIMER_REAL, &soon, NULL);
	install(filter);
	shared->result = call(number, arguments);
	shared->done = 1;
	__builtin_trap();
}

/* The kernel's answer as the filter's: SECCOMP_RET_*. */
static uint32_t answer(
	const struct plan_filter *filter, uint32_t number, const uint64_t arguments[6])
{
	int status = 0;

	shared->done = 0;
	pid_t child = fork();
	if (child == 0)
		issue(filter, number, arguments);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return UINT32_MAX;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return SECCOMP_RET_KILL_PROCESS;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		return UINT32_MAX;
	if (shared->done && shared->result == -REFUSAL)
		return SECCOMP_RET_ERRNO | REFUSAL;
	if (shared->done && shared->result == -ENOSYS)
		return SECCOMP_RET_ERRNO | ENOSYS;
	return SECCOMP_RET_ALLOW;
}

/* Since 6.14 the kernel runs no filter for its own probes' calls; outside of a probe's trampoline
 * they do nothing but fail. */
static bool passes_every_filter(uint32_t number)
{
	const struct catalog_call *known = catalog_call_number(catalog_native_arch(), number);

	return known && (!strcmp(known->name, "uretprobe") || !strcmp(known->name, "uprobe"));
}

static void compare(const struct plan_service *service, const struct plan_filter *filter,
	uint32_t number, const uint64_t arguments[6])
{
	uint32_t expected = plan_expect(service, NULL, REFUSAL,
		catalog_audit_arch(catalog_native_arch()), number, arguments);
	uint32_t got = answer(filter, number, arguments);

	/* On a busy machine the time may be up before the call was made: that is no answer. */
	if (got != expected) {
		patience = 100;
		got = answer(filter, number, arguments);
		patience = 1;
	}
	if (passes_every_filter(number) && got == SECCOMP_RET_ALLOW)
		return;
	/* This kernel may lack what the plan allows: then its own ENOSYS is no refusal. */
	if (expected == SECCOMP_RET_ALLOW && got == (SECCOMP_RET_ERRNO | ENOSYS))
		got = expected;
	compared++;
	if (got != expected)
		differ(service->name, "the kernel answers otherwise than the plan", (int)number,
			(long)got);
}

static const struct {
	const char *call;
	uint64_t arguments[6];
} cases[] = {
	{"socket", {AF_INET, SOCK_STREAM | SOCK_CLOEXEC}},
	{"socket", {AF_INET | UINT64_C(0x700000000), SOCK_STREAM}},
	{"socket", {AF_INET, SOCK_STREAM, 262}},
	{"socket", {AF_INET, SOCK_RAW}},
	{"socket", {AF_INET6, SOCK_DGRAM, IPPROTO_UDP}},
	{"socket", {AF_VSOCK, SOCK_STREAM}},
	{"socket", {AF_VSOCK | UINT64_C(0x200000000), SOCK_STREAM}},
	{"socket", {AF_PACKET, SOCK_RAW}},
	{"socket", {AF_ALG, SOCK_SEQPACKET}},
	{"socketpair", {AF_UNIX, SOCK_STREAM}},
	{"socketpair", {AF_TIPC, SOCK_STREAM}},
	{"setsockopt", {UINT32_MAX, SOL_SOCKET, SO_ATTACH_BPF}},
	{"setsockopt", {UINT32_MAX, SOL_SOCKET, SO_REUSEADDR}},
	{"setsockopt", {UINT32_MAX, SOL_SOCKET | UINT64_C(0x100000000),
			       SO_ATTACH_FILTER | UINT64_C(0x100000000)}},
	{"ioctl", {UINT32_MAX, 0x5401}},
	{"ioctl", {UINT32_MAX, 0x5412}},
	{"ioctl", {UINT32_MAX, 0x5412 | UINT64_C(0x500000000)}},
	{"prctl", {PR_SET_NAME, 0}},
	{"prctl", {PR_SET_SECCOMP, 0}},
	{"mprotect", {0, 0, PROT_READ}},
	{"mprotect", {0, 0, PROT_READ | PROT_EXEC}},
	{"mprotect", {0, 0, PROT_EXEC | UINT64_C(0x100000000)}},
	{"mmap", {0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS}},
	{"fchmod", {UINT32_MAX, 0644}},
	{"fchmod", {UINT32_MAX, 04755}},
	{"fchmodat", {0, 0, 02755 | UINT64_C(0x100000000)}},
	{"fchmodat2", {0, 0, 06755}},
	{"creat", {0, 04755}},
	{"creat", {0, 0644}},
	{"mknod", {0, 02755}},
	{"mknodat", {UINT32_MAX, 0, 06755}},
	{"mknodat", {UINT32_MAX, 0, 04755 | UINT64_C(0x100000000)}},
	{"chmod", {0, 04755}},
	{"clone", {CLONE_NEWUSER | SIGCHLD}},
	{"clone", {CLONE_THREAD | CLONE_NEWUSER}},
	{"clone", {SIGCHLD | UINT64_C(0x1000000000)}},
	{"personality", {UINT32_MAX}},
	{"personality", {0x0400000}},
};

static void run_numbers(struct arena *arena, const struct plan_service *service)
{
	static const uint64_t none[6] = {0};
	static const uint32_t high[] = {0x3fffffff, 0x40000000, 0x40000001, 0x40000208, 0x7fffffff,
		0x80000000, 0xfffffffe, 0xffffffff};
	enum catalog_arch arch = catalog_native_arch();
	struct plan_filter filter;
	struct fault why = {0};

	if (plan_seccomp(service, NULL, REFUSAL, arena, &filter, &why) < 0) {
		differ(service->name, why.text, 0, 0);
		return;
	}
	for (uint32_t number = 0; number <= catalog_newest(arch) + BEYOND; number++)
		compare(service, &filter, number, none);
	for (size_t i = 0; i < sizeof(high) / sizeof(high[0]); i++)
		compare(service, &filter, high[i], none);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		compare(service, &filter, (uint32_t)catalog_call(cases[i].call)->number[arch],
			cases[i].arguments);
}

#if defined(__x86_64__)
/* getpid by the i386 entry, which reaches every socket family through socketcall. */
static int enter_i386(const struct plan_filter *filter)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		long result = 20;

		signal(SIGSEGV, SIG_DFL);
		if (filter)
			install(filter);
		__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void the_i386_entry_is_killed(void **state)
{
	struct arena *arena = *state;
	struct plan_filter filter;

	/* The kernel may be built or started without it, or be a guest of PVM, which has none. */
	if (enter_i386(NULL) != 0) {
		puts("SKIP: this machine has no i386 entry");
		skip();
	}
	assert_int_equal(
		plan_seccomp(basic_service(arena), NULL, REFUSAL, arena, &filter, NULL), 0);
	int status = enter_i386(&filter);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}
#endif

static void *touch(void *flag)
{
	*(volatile int *)flag = 1;
	return NULL;
}

/* 0 when threads work and processes are refused. */
static int try_thread(const struct plan_filter *filter)
{
	volatile int touched = 0;
	pthread_t thread;

	install(filter);
	if (pthread_create(&thread, NULL, touch, (void *)&touched) || pthread_join(thread, NULL))
		return 2;
	if (!touched)
		return 3;
	return fork() == -1 && errno == REFUSAL ? 0 : 4;
}

/* 0 when the launch's exec works, and no other. */
static int try_exec(const struct plan_filter *filter, const char *path, char *const *arguments,
	char *const *environment)
{
	char copy[] = "/bin/true";

	install(filter);
	if (syscall(SYS_execveat, AT_FDCWD, copy, arguments, environment, 0) != -1 ||
		errno != REFUSAL)
		return 2;
	if (execve(path, arguments, environment) != -1 || errno != REFUSAL)
		return 3;
	syscall(SYS_execveat, AT_FDCWD, path, arguments, environment, 0);
	return 4;
}

static void threads_and_the_launch_work(void **state)
{
	static char path[] = "/bin/true";
	static char *arguments[] = {path, NULL}, *environment[] = {NULL};
	const struct plan_launch_addresses launch = {
		(uintptr_t)path, (uintptr_t)arguments, (uintptr_t)environment};
	struct arena *arena = *state;
	struct plan_filter filter;

	assert_int_equal(
		plan_seccomp(basic_service(arena), &launch, REFUSAL, arena, &filter, NULL), 0);
	for (int exec = 0; exec < 2; exec++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0)
			_exit(exec ? try_exec(&filter, path, arguments, environment)
				   : try_thread(&filter));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

/* What was compared since, and that nothing of it differs. */
static void conclude(void)
{
	const size_t calls = compared, different = failures;

	printf("%zu live calls compared, %zu differ\n", calls, different);
	compared = failures = 0;
	assert_true(calls > 0);
	assert_int_equal(different, 0);
}

static void filters_of_groups_answer_as_planned(void **state)
{
	struct arena *arena = *state;
	size_t count;
	const struct catalog_group *groups = catalog_groups(&count);
	const char **all = arena_alloc(arena, count * sizeof(*all));

	for (size_t i = 0; i < count; i++)
		all[i] = groups[i].name;
	run_numbers(arena, service_of(arena, "nothing", NULL, 0));
	run_numbers(arena, basic_service(arena));
	run_numbers(arena, service_of(arena, "every group", all, count));
	conclude();
}

static void filters_of_roles_answer_as_planned(void **state)
{
	struct arena *arena = *state;
	size_t count = 0;
	struct role_service *roles =
		role_services(catalog_arch_name(catalog_native_arch()), arena, &count);

	assert_non_null(roles);
	for (size_t i = 0; i < count; i++)
		run_numbers(arena, &roles[i].plan);
	conclude();
}

static int begin(void **state)
{
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*state = arena_new();
	return shared == MAP_FAILED;
}

static int end(void **state)
{
	arena_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_of_groups_answer_as_planned),
		cmocka_unit_test(filters_of_roles_answer_as_planned),
#if defined(__x86_64__)
		cmocka_unit_test(the_i386_entry_is_killed),
#endif
		cmocka_unit_test(threads_and_the_launch_work),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
