/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "catalog/call.h"
#include "enforce/cgroup.h"
#include "enforce/landlock_abi.h"
#include "enforce/network.h"
#include "gateway/gateway.h"
#include "network_peer.h"
#include "network_stack.h"
#include "plan/plan.h"
#include "tracer.h"

/* What a start of the gateway did, told by the process that called it. */
struct outcome {
	int status;
	char text[512];
};

enum { MOST_POINTS = 2048, GATEWAY = 1 };

static struct plan plan;
static struct plan_service services[SERVICES];
static enum gateway_part part; /* the one that is started */
static int cgroup = -1;
static struct plan_host_edge host_edges[] = {{.from = "web", .port = 3306}};
static struct outcome *outcome;
static char whole[8192];
static struct tracer_point points[MOST_POINTS];
static size_t point_count;
static const struct tracer_point nowhere = {.number = -1};

/* Memory, time and the ends of processes. */
static const char *const others[] = {"brk", "mmap", "munmap", "mprotect", "exit_group", "exit",
	"wait4", "futex", "rt_sigprocmask", "rt_sigaction", "clock_gettime", "close", "kill",
	"setsid", "getrandom", "newfstatat"};

static void start_and_end(void)
{
	struct fault why = {0};
	int pidfd = -1;
	pid_t gateway = -1;

	if (gateway_start(part, &plan, &router, NULL, cgroup, &gateway, &pidfd, &why)) {
		snprintf(outcome->text, sizeof(outcome->text), "%s", why.text);
		outcome->status = 1;
		_exit(1);
	}
	outcome->status = 0;
	kill(gateway, SIGTERM);
	waitpid(gateway, NULL, 0);
	_exit(0);
}

static struct tracer start(struct tracer_point point, int error, bool write_down)
{
	struct tracer tracer = {.own = GATEWAY,
		.failing = point,
		.error = error,
		.points = write_down ? points : NULL,
		.room = MOST_POINTS};

	*outcome = (struct outcome){.status = -1};
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		pid_t caller = fork();
		if (caller == 0)
			start_and_end();
		waitpid(caller, NULL, 0);
		_exit(0);
	}
	tracer_follow(&tracer, child);
	return tracer;
}

static void a_gateway_to_which_nothing_happens_is_whole(void **state)
{
	(void)state;
	struct tracer tracer = start(nowhere, 0, true);

	if (outcome->status != 0)
		fail_msg("%s", outcome->text);
	memcpy(whole, tracer.owns, sizeof(whole));
	point_count = tracer.point_count;
	assert_non_null(strstr(whole, "Seccomp_filters:\t1"));
	assert_non_null(strstr(whole,
		part == GATEWAY_DOORS ? "CapBnd:\t0000000000002000" : "CapBnd:\t0000000000000000"));
	assert_non_null(strstr(whole, "own mnt"));
	/* The outlet is in the host's network, and shares nothing else. */
	const char *shared = strstr(whole, "shared");
	if (part == GATEWAY_OUTLET) {
		assert_memory_equal(shared, "shared net\n", 11);
		shared = strstr(shared + 1, "shared");
	}
	assert_null(shared);
	tracer = start(nowhere, 0, false);
	assert_string_equal(tracer.owns, whole);
}

static const char *name_of(long number)
{
	const struct catalog_call *call =
		catalog_call_number(catalog_native_arch(), (uint32_t)number);

	return call ? call->name : "?";
}

static bool confines(const struct tracer_point *point)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i], name_of(point->number)) == 0)
			return false;
	return true;
}

/* No gateway, and a reason unless it was killed; or one as if nothing had failed. */
static size_t judge(const struct tracer_point *point, int error)
{
	struct tracer tracer = start(*point, error, false);

	if (!tracer.failed || (!tracer.hung && outcome->status != 0))
		return 0;
	/* No status shows a domain: whoever was refused a step towards it is without. */
	bool landlock = strncmp(name_of(point->number), "landlock", 8) == 0;
	if (!tracer.hung && !landlock && strcmp(tracer.owns, whole) == 0)
		return 0;
	printf("%s %u of %u: %s: status %d%s, '%s'\n", name_of(point->number), point->count,
		point->process, strerror(error), outcome->status, tracer.hung ? ", hung" : "",
		tracer.owns);
	return 1;
}

static void walk(int error)
{
	size_t wrong = 0;

	assert_true(point_count > 40 && point_count < MOST_POINTS);
	for (size_t i = 0; i < point_count; i++)
		if (confines(&points[i]))
			wrong += judge(&points[i], error);
	assert_int_equal(wrong, 0);
}

static void whatever_is_forbidden_no_gateway_is_confined_by_half(void **state)
{
	(void)state;
	walk(EPERM);
}

static void whatever_is_said_to_be_wrong_neither(void **state)
{
	(void)state;
	walk(EINVAL);
}

static int choose_outlet(void **state)
{
	(void)state;
	part = GATEWAY_OUTLET;
	cgroup = enforce_cgroup_open("test-inject", "outlet", NULL);
	return cgroup < 0;
}

static int remove_cgroup(void **state)
{
	(void)state;
	close(cgroup);
	return enforce_cgroup_remove("test-inject", "outlet", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gateway_to_which_nothing_happens_is_whole),
		cmocka_unit_test(whatever_is_forbidden_no_gateway_is_confined_by_half),
		cmocka_unit_test(whatever_is_said_to_be_wrong_neither),
	};
	struct fault why;

#if defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__)
	printf("SKIP: traces by the registers of x86-64, and without sanitizers\n");
	return 77;
#endif
	if (!peer_host()) {
		printf("SKIP: network namespaces need root\n");
		return 77;
	}
	plan = network_plan;
	memcpy(services, plan.services, sizeof(services));
	services[WEB].landlock.used = landlock_abi() > 0;
	plan.services = services;
	plan.host_edges = host_edges;
	plan.host_edge_count = 1;
	plan.network.outlet_id = 1900000002;
	outcome = mmap(
		NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED || enforce_network_router(&plan, &router, &why))
		return fprintf(stderr, "%s\n", why.text);
	return cmocka_run_group_tests_name("gateway", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("outlet", tests, choose_outlet, remove_cgroup);
}
