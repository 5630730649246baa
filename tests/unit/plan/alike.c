/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Judging alike services once says what judging each of them says. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/report.h"
#include "host/host.h"
#include "plan/depth.h"
#include "sketch.h"

/* What a second service may have that the first, of which nothing is said, has not. */
static const char *const differences[] = {
	"command: daemon",
	"command: [daemon, --other]",
	"command: nowhere",
	"command: daemon, user: web",
	"command: daemon, user: nobody-here",
	"command: daemon, user: \"web:gone\"",
	"command: daemon, groups: [gone]",
	"command: daemon, users: [nobody-here]",
	"command: daemon, workdir: /srv/app",
	"command: daemon, files: {read: [/srv/app]}",
	"command: daemon, files: {read: [/srv/gone]}",
	"command: daemon, files: {read: [/srv/swapped]}",
	"command: daemon, files: {read: [/etc]}",
	"command: daemon, files: {write: [/srv/mine]}",
	"command: daemon, files: {write: [{path: /srv/gone, create: 0750}]}",
	"command: daemon, user: web, files: {write: [/srv/mine]}",
	"command: daemon, files: {write: [/srv/app], load: [/srv/link]}",
	"command: daemon, files: {read-as-root: [/srv/key]}",
	"command: daemon, programs: [/usr/bin/tool]",
	"command: daemon, programs: [/usr/bin/python3.11]",
	"command: daemon, programs: [/usr/bin/none]",
	"command: daemon, secrets: {KEY: /srv/key}",
	"command: daemon, secrets: {KEY: /srv/gone}",
	"command: daemon, environment: {A: b}",
	"command: daemon, ready: notify, environment: {NOTIFY_SOCKET: mine}",
	"command: daemon, syscalls: {allow: [openat2], deny: [kill]}, files: {write: [/srv/all]}",
	"command: daemon, listens: [80]",
	"command: daemon, connects: [\"peer:80\"]",
	"command: daemon, connects: [\"peer:unix:/run/peer/a.sock\"]",
	"command: daemon, connects: [\"many:80\"], files: {read: [/etc/host.conf]}",
	"command: daemon, instances: 3",
	"command: daemon, instances: 2, files: {read: [/srv/gone]}",
	"command: daemon, limits: {memory: 1GB}",
	"command: daemon, limits: {memory: 1GB, processes: 9, cpu: 0.5, files: 9, io: 1MB/s}",
	"command: daemon, accept-missing: [landlock]",
	"command: daemon, accept-missing: [mdwe]",
	"command: daemon, mode: audit",
	"command: daemon, mode: {view: audit}",
	"command: daemon, ready: {command: daemon}",
	"command: daemon, ready: {command: /usr/bin/tool}",
	"command: daemon, healthy: {command: /usr/bin/none}",
	"command: daemon, reload: {command: /usr/bin/tool}",
	"command: daemon, after-ready: {forbid: [listen, execute]}",
	"command: daemon, job: {every: 1h}",
	"command: daemon, expected: [{call: kexec_load, why: it looks}]",
	"command: daemon, expected: [{path: /srv/app, why: it looks}], files: {read: [/srv/app]}",
};
enum { DIFFERENCE_COUNT = sizeof(differences) / sizeof(differences[0]) };

/* All that `check` would print. */
static char *said(const struct plan *plan, struct report *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	plan_report_gaps(plan, true, report);
	plan_report_depth(plan, report);
	report_write(report, file, false);
	fclose(file);
	return text;
}

static void assert_same_said(struct sketch *sketch)
{
	struct report *each = report_new(sketch->arena), *once = report_new(sketch->arena);
	const struct plan *built =
		plan_build(sketch->policy, sketch->host, true, sketch->arena, each);
	const struct plan *judged = plan_judge(sketch->policy, sketch->host, sketch->arena, once);
	char *of_each = said(built, each), *of_once = said(judged, once);

	assert_string_equal(of_once, of_each);
	assert_int_equal(judged->edge_count, built->edge_count);
	assert_int_equal(plan_doors(judged), plan_doors(built));
	free(of_each);
	free(of_once);
}

static struct sketch sketch_three(const char *first, const char *second, const char *third)
{
	struct arena *arena = arena_new();
	struct sketch sketch = sketch_plan(
		arena_printf(arena,
			"  a: {role: bare, %s}\n  b: {role: bare, %s}\n  c: {role: bare, %s}\n"
			"  peer: {role: bare, command: daemon, listens: [80, {unix: "
			"/run/peer/a.sock, group: shared}]}\n"
			"  many: {role: bare, command: daemon, listens: [80], instances: 2}\n",
			first, second, third),
		true);

	arena_free(arena);
	return sketch;
}

static void what_is_said_of_one_is_said_of_the_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < DIFFERENCE_COUNT; i++) {
		struct sketch sketch =
			sketch_three("command: daemon", differences[i], differences[i]);

		assert_same_said(&sketch);
		sketch_free(&sketch);
	}
}

static void what_is_said_of_one_is_not_said_of_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < DIFFERENCE_COUNT; i++) {
		size_t next = (i + 1) % DIFFERENCE_COUNT;
		struct sketch sketch =
			sketch_three(differences[i], differences[next], differences[i]);

		assert_same_said(&sketch);
		sketch_free(&sketch);
	}
}

static void so_it_is_on_a_kernel_that_lacks_something(void **state)
{
	(void)state;
	for (int feature = 0; feature < HOST_FEATURE_COUNT; feature++)
		for (size_t i = 0; i < DIFFERENCE_COUNT; i++) {
			struct sketch sketch =
				sketch_three("command: daemon", differences[i], differences[i]);

			sketch.host->features[feature].state = HOST_NO;
			assert_same_said(&sketch);
			sketch_free(&sketch);
		}
}

static void services_that_are_alike_share_their_parts(void **state)
{
	struct sketch sketch = sketch_three("command: daemon, files: {read: [/srv/app]}",
		"command: [daemon, -v], files: {read: [/srv/app]}, environment: {A: b}",
		"command: daemon, files: {read: [/srv/file]}");
	const struct plan *plan =
		plan_judge(sketch.policy, sketch.host, sketch.arena, sketch.report);

	(void)state;
	assert_ptr_equal(plan->services[1].nodes, plan->services[0].nodes);
	assert_string_equal(plan->services[1].name, "b");
	assert_ptr_not_equal(plan->services[2].nodes, plan->services[0].nodes);
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_one_is_said_of_the_next),
		cmocka_unit_test(what_is_said_of_one_is_not_said_of_another),
		cmocka_unit_test(so_it_is_on_a_kernel_that_lacks_something),
		cmocka_unit_test(services_that_are_alike_share_their_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
