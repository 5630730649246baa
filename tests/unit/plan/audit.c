/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Audit mode: what it opens, and what stays shut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/report.h"
#include "catalog/call.h"
#include "host/host.h"
#include "plan/seccomp.h"
#include "seccomp.h"
#include "sketch.h"

#define BARE "role: bare, command: daemon"
#define REFUSED (SECCOMP_RET_ERRNO | REFUSAL)

static const struct plan_launch_addresses launch = {0x123456789, 0x223456789, 0x323456789};

static struct plan_filter compile(const struct plan_service *service, struct arena *arena)
{
	struct plan_filter filter;

	assert_int_equal(plan_seccomp(service, &launch, REFUSAL, arena, &filter, NULL), 0);
	return filter;
}

struct question {
	const char *call;
	uint64_t arguments[6];
	uint32_t answer;
};

static void each_answers(
	const struct plan_filter *filter, const struct question *questions, size_t count)
{
	enum catalog_arch arch = catalog_native_arch();

	for (size_t i = 0; i < count; i++) {
		int number = catalog_call(questions[i].call)->number[arch];
		uint32_t answer = plan_simulate(
			filter, catalog_audit_arch(arch), (uint32_t)number, questions[i].arguments);

		if (answer != questions[i].answer)
			fail_msg("%s (row %zu): %x, not %x", questions[i].call, i, answer,
				questions[i].answer);
	}
}

static void undeclared_calls_are_logged_and_what_would_break_the_rest_is_refused(void **state)
{
	static const struct question questions[] = {
		{"mkdirat", {0}, SECCOMP_RET_LOG},
		{"syslog", {0}, SECCOMP_RET_LOG},
		{"read", {0}, SECCOMP_RET_ALLOW},
		{"mount", {0}, REFUSED},
		{"ptrace", {0}, REFUSED},
		{"bpf", {0}, REFUSED},
		{"kexec_load", {0}, REFUSED},
		{"setns", {0}, REFUSED},
		{"unshare", {CLONE_NEWUSER}, REFUSED},
		{"io_uring_setup", {0}, REFUSED},
		{"execve", {0x1000, 0x2000, 0x3000}, REFUSED},
		{"execveat", {(uint32_t)-100, 0x1000, 0x2000, 0x3000}, REFUSED},
		{"memfd_create", {0}, REFUSED},
		{"seccomp", {1}, REFUSED},
		{"prctl", {PR_SET_SECCOMP, 2}, REFUSED},
		{"prctl", {PR_SET_NAME}, SECCOMP_RET_ALLOW},
		{"prctl", {PR_SET_CHILD_SUBREAPER, 1}, SECCOMP_RET_LOG},
		{"clone", {SIGCHLD}, SECCOMP_RET_LOG},
		{"clone", {SIGCHLD | CLONE_NEWUSER}, REFUSED},
		{"clone", {SIGCHLD | CLONE_NEWNET}, REFUSED},
		{"clone3", {0}, SECCOMP_RET_ERRNO | ENOSYS},
		{"fchmod", {3, 0644}, SECCOMP_RET_LOG},
		{"fchmod", {3, 04755}, REFUSED},
		{"fchmod", {3, 02755}, REFUSED},
		{"openat", {3, 0x1000, O_CREAT, 04755}, REFUSED},
		{"openat", {3, 0x1000, O_CREAT, 0644}, SECCOMP_RET_LOG},
		{"openat", {3, 0x1000, O_RDONLY, 04755}, SECCOMP_RET_LOG},
		{"ioctl", {0, TIOCSTI}, REFUSED},
		{"ioctl", {0, UINT64_C(0xdead00000000) | TIOCSTI}, REFUSED},
		{"ioctl", {0, TIOCSCTTY}, SECCOMP_RET_LOG},
		{"setuid", {0}, REFUSED},
		{"setresuid", {33, 0, 33}, REFUSED},
		{"setuid", {33}, SECCOMP_RET_LOG},
		{"socket", {AF_VSOCK, SOCK_STREAM}, REFUSED},
		{"socket", {AF_PACKET, SOCK_RAW}, REFUSED},
		{"socket", {AF_ALG, SOCK_SEQPACKET}, REFUSED},
		{"socket", {AF_INET, SOCK_STREAM}, SECCOMP_RET_LOG},
		{"socket", {AF_UNIX, SOCK_STREAM}, SECCOMP_RET_LOG},
		{"socket", {AF_NETLINK, SOCK_RAW}, SECCOMP_RET_LOG},
	};
	struct sketch sketch =
		sketch_plan("  a: {" BARE ", syscalls: {allow: [process-basics, descriptors]}, "
			    "mode: {seccomp: audit}}\n",
			false);
	struct plan_filter filter = compile(plan_service(sketch.plan, "a"), sketch.arena);

	(void)state;
	each_answers(&filter, questions, sizeof(questions) / sizeof(questions[0]));
	sketch_free(&sketch);
}

static void the_filter_answers_as_the_plan_in_audit_mode_too(void **state)
{
	static const char *const keys[] = {
		"mode: {seccomp: audit}",
		"mode: audit, syscalls: {allow: [process-basics, descriptors, threads]}",
		"mode: audit, syscalls: {allow: [file-modes, unix-sockets, executable-memory]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char text[200];

		snprintf(text, sizeof(text), "  a: {" BARE ", %s}\n", keys[i]);
		struct sketch sketch = sketch_plan(text, false);
		const struct plan_service *a = plan_service(sketch.plan, "a");
		struct plan_filter filter = compile(a, sketch.arena);
		compare_with_oracle(a, &launch, &filter);
		sketch_free(&sketch);
	}
}

/* The filter holds back code, which is layer exec's: it still does. */
static void code_in_memory_is_never_let_through(void **state)
{
	static const struct question questions[] = {
		{"mprotect", {0, 4096, 4}, REFUSED},
		{"mprotect", {0, 4096, 1}, SECCOMP_RET_LOG},
		{"mmap", {0, 4096, 6}, REFUSED},
		{"mmap", {0, 4096, 2}, SECCOMP_RET_LOG},
		{"mmap", {0, 4096, 4}, SECCOMP_RET_LOG},
		{"memfd_create", {0}, REFUSED},
	};
	struct sketch sketch = sketch_plan("  a: {" BARE ", mode: audit}\n", false);

	(void)state;
	sketch.host->features[HOST_MDWE].state = HOST_NO;
	sketch.host->features[HOST_MEMFD_NOEXEC].state = HOST_NO;
	const struct plan *plan =
		plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
	struct plan_filter filter = compile(plan_service(plan, "a"), sketch.arena);
	each_answers(&filter, questions, sizeof(questions) / sizeof(questions[0]));
	sketch_free(&sketch);
}

static void each_layer_is_in_the_plan_with_its_line(void **state)
{
	struct sketch sketch = sketch_plan("  a: {" BARE ", mode: audit}\n  b: {" BARE "}\n", true);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	const struct plan_service *b = plan_service(sketch.plan, "b");
	const enum layer layers[] = {
		LAYER_CAPABILITIES, LAYER_SECCOMP, LAYER_VIEW, LAYER_LANDLOCK, LAYER_NETWORK};

	(void)state;
	assert_int_equal(a->audit_count, sizeof(layers) / sizeof(layers[0]));
	for (size_t i = 0; i < a->audit_count; i++) {
		assert_int_equal(a->audits[i].layer, layers[i]);
		assert_int_equal(a->audits[i].where.line, 4);
	}
	assert_int_equal(report_count(sketch.report, REPORT_WARNING), a->audit_count);
	assert_true(sketch_says(&sketch, REPORT_WARNING, "layer view of 'a' is in audit mode"));
	assert_false(a->landlock.used);
	assert_true(a->linked && a->default_route);
	assert_int_equal(sketch_node(a, "/")->kind, PLAN_TREE);
	assert_int_equal(a->nodes[a->node_count - 1].kind, PLAN_TREE);
	assert_int_equal(b->audit_count + b->kept_count, 0);
	assert_true(b->landlock.used && !b->linked);
	assert_null(sketch_node(b, "/"));
	sketch_free(&sketch);
}

static void one_layer_leaves_the_others_as_they_are(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {" BARE ", mode: {landlock: audit, seccomp: enforce}}\n", true);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	struct plan_filter filter = compile(a, sketch.arena);
	static const struct question question = {"mkdirat", {0}, REFUSED};

	(void)state;
	assert_int_equal(a->audit_count, 1);
	assert_false(a->landlock.used || a->linked);
	assert_int_equal(a->capability_count, 0);
	each_answers(&filter, &question, 1);
	sketch_free(&sketch);
}

static void who_it_is_stays_beyond_its_capabilities(void **state)
{
	struct sketch sketch = sketch_plan("  a: {" BARE ", mode: {capabilities: audit}}\n", true);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_true(a->capability_count > 3);
	for (size_t i = 0; i < a->capability_count; i++) {
		assert_int_equal(a->capabilities[i].where.line, 4);
		assert_string_not_equal(a->capabilities[i].name, "CAP_SETUID");
		assert_string_not_equal(a->capabilities[i].name, "CAP_SETGID");
		assert_string_not_equal(a->capabilities[i].name, "CAP_KILL");
		assert_string_not_equal(a->capabilities[i].name, "CAP_SYS_ADMIN");
		assert_string_not_equal(a->capabilities[i].name, "CAP_SYS_PTRACE");
	}
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			undeclared_calls_are_logged_and_what_would_break_the_rest_is_refused),
		cmocka_unit_test(the_filter_answers_as_the_plan_in_audit_mode_too),
		cmocka_unit_test(code_in_memory_is_never_let_through),
		cmocka_unit_test(each_layer_is_in_the_plan_with_its_line),
		cmocka_unit_test(one_layer_leaves_the_others_as_they_are),
		cmocka_unit_test(who_it_is_stays_beyond_its_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
