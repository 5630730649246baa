/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "host/host.h"
#include "plan/calls.h"
#include "plan/plan.h"
#include "plan/seccomp.h"
#include "policy/policy.h"
#include "seccomp.h"

enum { ALLOWED = SECCOMP_RET_ALLOW, REFUSED = SECCOMP_RET_ERRNO | REFUSAL };

#define AT(number)                                                                                 \
	{                                                                                          \
		"shop.yaml", number, 1                                                             \
	}

/* Line 1: the service; 2: the role's groups. */
static struct policy_text basics[] = {{"process-basics", AT(2)}, {"descriptors", AT(2)},
	{"file-reading", AT(2)}, {"file-modes", AT(2)}};
static struct policy_text command[] = {{"/usr/bin/daemon", AT(3)}};

static struct arena *arena;
static struct report *report;
static const struct plan_launch_addresses launch = {0x123456789, 0x223456789, 0x323456789};

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	report = report_new(arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct policy_service basic_service(void)
{
	return (struct policy_service){
		.name = "test", .where = AT(1), .allow = {basics, 4}, .command = {command, 1}};
}

static const struct plan_service *plan_with(const struct policy_service *from, bool mdwe)
{
	struct host_feature_state *features =
		arena_alloc(arena, HOST_FEATURE_COUNT * sizeof(*features));
	struct plan_service *service = arena_alloc(arena, sizeof(*service));
	struct host host = {.arch = catalog_arch_name(catalog_native_arch()),
		.features = features,
		.feature_count = HOST_FEATURE_COUNT};

	features[HOST_MDWE].state = mdwe ? HOST_YES : HOST_NO;
	service->name = from->name;
	plan_calls(from, &host, service, arena, report);

	struct plan_filter filter;
	assert_int_equal(plan_seccomp(service, &launch, REFUSAL, arena, &filter, NULL), 0);
	compare_with_oracle(service, &launch, &filter);
	return service;
}

static const struct plan_service *plan(const struct policy_service *from)
{
	return plan_with(from, true);
}

#define answer(service, call, ...) answer_to(service, call, (const uint64_t[6]){__VA_ARGS__})

static uint32_t answer_to(
	const struct plan_service *service, const char *call, const uint64_t arguments[6])
{
	enum catalog_arch arch = catalog_native_arch();

	return plan_expect(service, &launch, REFUSAL, catalog_audit_arch(arch),
		(uint32_t)catalog_call(call)->number[arch], arguments);
}

static void threads_always_work_and_processes_need_a_grant(void **state)
{
	struct policy_service from = basic_service();
	struct policy_text forks[] = {{"process-creation", AT(9)}};
	const uint64_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
	const struct plan_service *service = plan(&from);

	(void)state;
	assert_false(service->forks);
	assert_int_equal(answer(service, "clone", thread), ALLOWED);
	assert_int_equal(answer(service, "clone", SIGCHLD), REFUSED);
	assert_int_equal(answer(service, "clone", thread | CLONE_NEWUSER), REFUSED);
	assert_int_equal(answer(service, "clone3", 0), SECCOMP_RET_ERRNO | ENOSYS);

	from.allow = (struct policy_texts){forks, 1};
	service = plan(&from);
	assert_true(service->forks);
	assert_int_equal(answer(service, "clone", SIGCHLD), ALLOWED);
	assert_int_equal(answer(service, "clone", SIGCHLD | UINT64_C(0x100000000)), ALLOWED);
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(answer(service, "clone", UINT64_C(1) << bit),
			(UINT64_C(1) << bit) & 0x7e020000 ? REFUSED : ALLOWED);

	from.deny = (struct policy_texts){forks, 1};
	service = plan(&from);
	assert_false(service->forks);
	assert_int_equal(answer(service, "clone", thread), ALLOWED);
	assert_int_equal(answer(service, "clone", SIGCHLD), REFUSED);
}

static void only_the_launch_may_execute_without_programs(void **state)
{
	struct policy_service from = basic_service();
	struct policy_program program = {"/usr/bin/convert", false, AT(7)};
	const uint64_t at_cwd = (uint32_t)-100;
	const struct plan_service *service = plan(&from);

	(void)state;
	assert_int_equal(answer(service, "execve", 0), REFUSED);
	assert_int_equal(answer(service, "execveat", at_cwd, launch.path, launch.arguments,
				 launch.environment),
		ALLOWED);
	assert_int_equal(
		answer(service, "execveat", at_cwd, launch.path, launch.arguments, 0), REFUSED);
	assert_int_equal(answer(service, "execveat", at_cwd, launch.path + 1, launch.arguments,
				 launch.environment),
		REFUSED);

	from.programs = &program;
	from.program_count = 1;
	service = plan(&from);
	assert_int_equal(answer(service, "execve", 0), ALLOWED);
	assert_false(service->forks);
	for (size_t i = 0; i < service->call_count; i++)
		if (text_equal(service->calls[i].name, "execve"))
			assert_int_equal(service->calls[i].where.line, 7);
}

static void sockets_come_from_edges_and_carry_their_line(void **state)
{
	struct policy_service from = basic_service();
	struct policy_listen listen = {
		.transport = POLICY_TCP, .first = 80, .last = 80, .where = AT(5)};
	struct policy_connect connect = {.transport = POLICY_UNIX, .where = AT(6)};
	const struct plan_service *service = plan(&from);

	(void)state;
	assert_int_equal(answer(service, "socket", AF_INET, SOCK_STREAM), REFUSED);
	assert_int_equal(answer(service, "connect", 0), REFUSED);

	from.listens = &listen;
	from.listen_count = 1;
	service = plan(&from);
	assert_int_equal(answer(service, "socket", AF_INET, SOCK_STREAM), ALLOWED);
	assert_int_equal(
		answer(service, "socket", AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 6), ALLOWED);
	assert_int_equal(answer(service, "socket", AF_INET, SOCK_STREAM, 262), REFUSED);
	assert_int_equal(answer(service, "socket", AF_INET, SOCK_RAW), REFUSED);
	assert_int_equal(answer(service, "socket", AF_UNIX, SOCK_STREAM), REFUSED);
	assert_int_equal(answer(service, "socket", AF_VSOCK, SOCK_STREAM), REFUSED);
	assert_int_equal(answer(service, "accept4", 0), ALLOWED);
	assert_int_equal(answer(service, "connect", 0), REFUSED);
	assert_int_equal(answer(service, "setsockopt", 3, IPPROTO_TCP, 1), ALLOWED);
	assert_int_equal(answer(service, "setsockopt", 3, IPPROTO_TCP, 31), REFUSED);
	assert_int_equal(answer(service, "setsockopt", 3, SOL_SOCKET, SO_REUSEADDR), ALLOWED);
	for (int option = 0; option < 100; option++)
		assert_int_equal(answer(service, "setsockopt", 3, SOL_SOCKET, (uint64_t)option),
			option == 26 || (option >= 50 && option <= 52) ? REFUSED : ALLOWED);

	from.connects = &connect;
	from.connect_count = 1;
	service = plan(&from);
	assert_int_equal(answer(service, "connect", 0), ALLOWED);
	assert_int_equal(answer(service, "socket", AF_UNIX, SOCK_STREAM), ALLOWED);
	for (size_t i = 0; i < service->call_count; i++) {
		if (text_equal(service->calls[i].name, "accept4"))
			assert_int_equal(service->calls[i].where.line, 5);
		if (text_equal(service->calls[i].name, "connect"))
			assert_int_equal(service->calls[i].where.line, 6);
	}
}

static void set_id_bits_are_refused_however_they_would_be_made(void **state)
{
	struct policy_service from = basic_service();
	struct policy_text bare[] = {{"chmod", AT(8)}, {"openat2", AT(8)}, {"openat", AT(8)}};
	struct policy_path write = {.access = POLICY_WRITE, .path = "/srv", .where = AT(9)};
	const struct plan_service *service = plan(&from);

	(void)state;
	assert_int_equal(answer(service, "fchmod", 3, 0755), ALLOWED);
	assert_int_equal(answer(service, "fchmod", 3, 04755), REFUSED);
	assert_int_equal(answer(service, "fchmodat", 3, 0, 02755), REFUSED);
	assert_int_equal(answer(service, "openat", 3, 0, 0, 04755), ALLOWED);

	from.allow = (struct policy_texts){bare, 3};
	from.files = &write;
	from.file_count = 1;
	service = plan(&from);
	assert_int_equal(answer(service, "openat", 3, 0, O_CREAT, 04755), REFUSED);
	assert_int_equal(answer(service, "openat", 3, 0, O_TMPFILE | O_RDWR, 02755), REFUSED);
	assert_int_equal(answer(service, "openat", 3, 0, O_CREAT, 0644), ALLOWED);
	/* Where none is read there may be anything: syscall(SYS_openat, AT_FDCWD, path, O_RDONLY).
	 */
	assert_int_equal(answer(service, "openat", 3, 0, O_DIRECTORY, 07777), ALLOWED);
	assert_int_equal(answer(service, "openat2", 0), SECCOMP_RET_ERRNO | ENOSYS);
	assert_int_equal(report_count(report, REPORT_WARNING), 1);

	/* Taken away by the policy itself there is nothing to warn of. */
	from.deny = (struct policy_texts){&bare[1], 1};
	service = plan(&from);
	assert_int_equal(answer(service, "openat2", 0), REFUSED);
	assert_int_equal(report_count(report, REPORT_WARNING), 1);
}

/* Every call that takes a mode, at the argument that is the mode. */
static void no_call_that_takes_a_mode_takes_set_id_bits(void **state)
{
	static const struct {
		const char *call;
		unsigned argument;
		uint64_t before; /* the argument before it: what it takes to be read */
	} calls[] = {{"chmod", 1, 0}, {"fchmod", 1, 0}, {"fchmodat", 2, 0}, {"fchmodat2", 2, 0},
		{"creat", 1, 0}, {"mknod", 1, 0}, {"mknodat", 2, 0}, {"open", 2, O_CREAT},
		{"openat", 3, O_CREAT}};
	struct policy_service from = basic_service();
	struct policy_path write = {.access = POLICY_WRITE, .path = "/srv", .where = AT(9)};
	struct policy_text bare[sizeof(calls) / sizeof(calls[0])];

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		bare[i] = (struct policy_text){calls[i].call, AT(8)};
	from.allow = (struct policy_texts){bare, sizeof(calls) / sizeof(calls[0])};
	from.files = &write;
	from.file_count = 1;
	const struct plan_service *service = plan(&from);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (catalog_call(calls[i].call)->number[catalog_native_arch()] < 0)
			continue;
		for (uint64_t junk = 0; junk <= UINT64_C(1) << 32; junk += UINT64_C(1) << 32) {
			uint64_t arguments[6] = {0};

			arguments[calls[i].argument - 1] = calls[i].before;
			arguments[calls[i].argument] = 0777 | junk;
			assert_int_equal(answer_to(service, calls[i].call, arguments), ALLOWED);
			for (unsigned mode = 02000; mode <= 06000; mode += 02000) {
				arguments[calls[i].argument] = mode | 0755 | junk;
				assert_int_equal(
					answer_to(service, calls[i].call, arguments), REFUSED);
			}
		}
	}
}

static void memory_becomes_executable_only_where_a_line_says_so(void **state)
{
	struct policy_service from = basic_service();
	struct policy_text code[] = {{"process-basics", AT(2)}, {"executable-memory", AT(4)}};
	const struct plan_service *service = plan_with(&from, true);

	(void)state;
	/* With MDWE the kernel refuses it as well: the filter is the second to do so. */
	assert_false(service->write_execute);
	assert_int_equal(answer(service, "mprotect", 0, 0, PROT_EXEC), REFUSED);
	assert_int_equal(answer(service, "mmap", 0, 0, PROT_WRITE | PROT_EXEC), REFUSED);

	service = plan_with(&from, false);
	assert_int_equal(answer(service, "mprotect", 0, 0, PROT_READ | PROT_EXEC), REFUSED);
	assert_int_equal(answer(service, "mprotect", 0, 0, PROT_READ), ALLOWED);
	assert_int_equal(answer(service, "mmap", 0, 0, PROT_READ | PROT_EXEC), ALLOWED);
	assert_int_equal(answer(service, "mmap", 0, 0, PROT_READ | PROT_WRITE), ALLOWED);
	assert_int_equal(answer(service, "mmap", 0, 0, PROT_WRITE | PROT_EXEC), REFUSED);

	struct policy_text shared[] = {{"process-basics", AT(2)}, {"shared-memory", AT(3)}};
	from.allow = (struct policy_texts){shared, 2};
	service = plan_with(&from, false);
	assert_int_equal(answer(service, "shmat", 0, 0, 0100000 /* SHM_EXEC */), REFUSED);
	assert_int_equal(answer(service, "shmat", 0, 0, 010000 /* SHM_RDONLY */), ALLOWED);

	from.allow = (struct policy_texts){code, 2};
	service = plan_with(&from, false);
	assert_true(service->write_execute);
	assert_int_equal(service->write_execute_where.line, 4);
	assert_int_equal(answer(service, "mmap", 0, 0, PROT_WRITE | PROT_EXEC), ALLOWED);
	assert_int_equal(answer(service, "mprotect", 0, 0, PROT_EXEC), ALLOWED);
}

static void what_is_denied_stays_denied(void **state)
{
	struct policy_service from = basic_service();
	struct policy_text denied[] = {{"openat", AT(8)}, {"file-modes", AT(8)}};
	const struct plan_service *service;

	(void)state;
	from.deny = (struct policy_texts){denied, 2};
	service = plan(&from);
	assert_int_equal(answer(service, "openat", 0), REFUSED);
	assert_int_equal(answer(service, "chmod", 0), REFUSED);
	assert_int_equal(answer(service, "statx", 0), ALLOWED);
}

static bool grants(const struct plan_service *service, const char *call)
{
	for (size_t i = 0; i < service->call_count; i++)
		if (strcmp(service->calls[i].name, call) == 0)
			return true;
	return false;
}

/* arm64 has neither rename nor chmod: libraries there call renameat and fchmodat. */
static void older_names_mean_their_successors_where_they_are_missing(void **state)
{
	static struct host_feature_state features[HOST_FEATURE_COUNT];
	struct host host = {
		.arch = "arm64", .features = features, .feature_count = HOST_FEATURE_COUNT};
	struct policy_service from = basic_service();
	struct policy_text allow[] = {{"rename", AT(2)}, {"chmod", AT(3)}};
	struct policy_text deny[] = {{"renameat", AT(4)}};
	struct plan_service other = {.name = "other"}, denied = {.name = "denied"};

	(void)state;
	from.allow = (struct policy_texts){allow, 2};
	plan_calls(&from, &host, &other, arena, report);
	assert_true(grants(&other, "renameat"));
	for (size_t i = 0; i < other.call_count; i++)
		if (strcmp(other.calls[i].name, "fchmodat") == 0) {
			assert_int_equal(other.calls[i].condition_count, 1);
			assert_int_equal(other.calls[i].conditions[0].argument, 2);
		}
	assert_true(grants(&other, "fchmodat"));
	from.deny = (struct policy_texts){deny, 1};
	plan_calls(&from, &host, &denied, arena, report);
	assert_false(grants(&denied, "renameat"));
	assert_true(grants(&denied, "fchmodat"));
}

/* The narrower of two groups falls with the wider one. */
static void children_go_with_the_right_to_create_processes(void **state)
{
	struct policy_service from = basic_service();
	struct policy_text allow[] = {{"child-processes", AT(2)}};
	struct policy_text deny[] = {{"process-creation", AT(3)}};
	const struct plan_service *service;

	(void)state;
	from.allow = (struct policy_texts){allow, 1};
	service = plan(&from);
	assert_true(service->forks);
	assert_int_equal(answer(service, "clone", SIGCHLD), ALLOWED);
	assert_int_equal(answer(service, "fork", 0), REFUSED);
	from.deny = (struct policy_texts){deny, 1};
	service = plan(&from);
	assert_false(service->forks);
	assert_int_equal(answer(service, "clone", SIGCHLD), REFUSED);
}

static void terminals_are_looked_at_and_never_typed_into(void **state)
{
	struct policy_service from = basic_service();
	struct policy_text bare[] = {{"ioctl", AT(8)}};
	const struct plan_service *service = plan(&from);

	(void)state;
	assert_int_equal(answer(service, "ioctl", 0, 0x5401), ALLOWED);
	assert_int_equal(answer(service, "ioctl", 0, 0x5401 | UINT64_C(0xabc00000000)), ALLOWED);
	assert_int_equal(answer(service, "ioctl", 0, 0x5412), REFUSED);
	from.allow = (struct policy_texts){bare, 1};
	service = plan(&from);
	assert_int_equal(answer(service, "ioctl", 0, 0x4711), ALLOWED);
	assert_int_equal(answer(service, "ioctl", 0, 0x5412), REFUSED);
	assert_int_equal(answer(service, "ioctl", 0, 0x5412 | UINT64_C(0xabc00000000)), REFUSED);
	assert_int_equal(answer(service, "ioctl", 0, 0x541c), REFUSED);
}

static void every_rule_has_an_origin_and_numbers_ascend(void **state)
{
	struct policy_service from = basic_service();
	const struct plan_service *service = plan(&from);

	(void)state;
	for (size_t i = 0; i < service->call_count; i++) {
		assert_non_null(service->calls[i].where.file);
		if (i > 0)
			assert_true(service->calls[i - 1].number <= service->calls[i].number);
	}
	assert_true(plan_refused_count(service) >= 250);
}

static void plain_allows_take_at_most_12_instructions(void **state)
{
	static const uint64_t none[6] = {0};
	struct policy_service from = basic_service();
	size_t count, groups, longest = 0;
	const struct catalog_group *all = catalog_groups(&groups);
	struct policy_text *allow = arena_alloc(arena, groups * sizeof(*allow));
	struct plan_filter filter;

	(void)state;
	for (size_t i = 0; i < groups; i++)
		allow[i] = (struct policy_text){all[i].name, AT(2)};
	from.allow = (struct policy_texts){allow, groups};

	const struct plan_service *service = plan(&from);
	const struct catalog_call *calls = catalog_calls(&count);
	enum catalog_arch arch = catalog_native_arch();

	assert_int_equal(plan_seccomp(service, NULL, EPERM, arena, &filter, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		uint32_t number = (uint32_t)calls[i].number[arch];
		size_t steps;

		if (calls[i].number[arch] < 0 || catalog_may_check(calls[i].name) ||
			plan_simulate_steps(&filter, catalog_audit_arch(arch), number, none,
				&steps) != SECCOMP_RET_ALLOW)
			continue;
		longest = steps > longest ? steps : longest;
	}
	assert_true(longest > 0);
	assert_true(longest <= 12);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(threads_always_work_and_processes_need_a_grant),
		TEST(only_the_launch_may_execute_without_programs),
		TEST(sockets_come_from_edges_and_carry_their_line),
		TEST(set_id_bits_are_refused_however_they_would_be_made),
		TEST(no_call_that_takes_a_mode_takes_set_id_bits),
		TEST(memory_becomes_executable_only_where_a_line_says_so),
		TEST(what_is_denied_stays_denied),
		TEST(older_names_mean_their_successors_where_they_are_missing),
		TEST(children_go_with_the_right_to_create_processes),
		TEST(terminals_are_looked_at_and_never_typed_into),
		TEST(every_rule_has_an_origin_and_numbers_ascend),
		TEST(plain_allows_take_at_most_12_instructions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
