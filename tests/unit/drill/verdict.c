/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "drill/attempt.h"
#include "drill/need.h"
#include "drill/run.h"
#include "drill/scenario.h"
#include "plan/plan.h"

enum { STAMP = DRILL_REFUSAL };

static const struct drill_answer success = {.outcome = DRILL_SUCCEEDED, .layer = -1};

static const struct plan_service with_ports = {.name = "db", .landlock = {.handled_net = 3}};

static struct drill_verdict judge(
	const char *attempt, struct drill_answer control, struct drill_answer answer)
{
	struct drill_verdict verdict = {0};

	drill_judge(&with_ports, drill_attempt(attempt, NULL), &control, &answer, &verdict);
	return verdict;
}

static struct drill_answer refused(int error, long call)
{
	return (struct drill_answer){
		.outcome = DRILL_REFUSED, .error = error, .call = call, .layer = -1};
}

static void an_answer_names_the_layer_that_gave_it(void **state)
{
	static const struct {
		const char *attempt;
		int error;
		long call;
		enum layer layer;
	} rows[] = {
		{"make-bpf-map", STAMP, SYS_bpf, LAYER_SECCOMP},
		{"clone3-user-namespace", ENOSYS, SYS_clone3, LAYER_SECCOMP},
		{"run-shell", STAMP, SYS_execve, LAYER_EXEC},
		{"run-memory-file", STAMP, SYS_memfd_create, LAYER_SECCOMP},
		{"read-shadow", ENOENT, SYS_openat, LAYER_VIEW},
		{"create-in-etc", EROFS, SYS_openat, LAYER_VIEW},
		{"signal-stranger", ESRCH, SYS_kill, LAYER_NAMESPACES},
		{"connect-internet", ENETUNREACH, SYS_connect, LAYER_NETWORK},
		{"listen-undeclared", EPERM, SYS_bind, LAYER_LABELS},
		{"exceed-files", EMFILE, SYS_dup, LAYER_RESOURCES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct drill_verdict verdict =
			judge(rows[i].attempt, success, refused(rows[i].error, rows[i].call));
		assert_int_equal(verdict.standing, DRILL_STOPPED);
		assert_int_equal(verdict.layer, rows[i].layer);
		assert_true(verdict.measured);
	}
}

static void what_gets_through_in_audit_mode_says_so_with_its_line(void **state)
{
	struct plan_audit audits[] = {{LAYER_VIEW, {"shop.yaml", 9, 5}}};
	const struct plan_service service = {.name = "web", .audits = audits, .audit_count = 1};
	const struct plan_service held = {.name = "db"};
	struct drill_verdict verdict = judge("read-shadow", success, success);

	(void)state;
	drill_audited(&held, &verdict);
	assert_string_equal(verdict.text, "");
	drill_audited(&service, &verdict);
	assert_int_equal(verdict.standing, DRILL_THROUGH);
	assert_string_equal(verdict.text, "layer view lets it through in audit mode");
	assert_int_equal(verdict.where.line, 9);
	verdict = judge("become-root", success, success);
	drill_audited(&service, &verdict);
	assert_string_equal(
		verdict.text, "layer capabilities is enforced; others are in audit mode");
}

static void an_answer_that_several_layers_give_is_only_expected(void **state)
{
	struct drill_verdict verdict = judge("become-root", success, refused(EPERM, SYS_setuid));

	(void)state;
	assert_int_equal(verdict.standing, DRILL_STOPPED);
	assert_int_equal(verdict.layer, LAYER_CAPABILITIES);
	assert_false(verdict.measured);
}

/* Before Linux 6.7 Landlock knows no ports. */
static void a_low_port_is_the_networks_where_landlock_knows_none(void **state)
{
	const struct plan_service without_ports = {.name = "db"};
	const struct drill_attempt *attempt = drill_attempt("listen-low-port", NULL);
	struct drill_answer answer = refused(EACCES, SYS_bind);
	struct drill_verdict verdict = judge("listen-low-port", success, answer);

	(void)state;
	assert_int_equal(verdict.layer, LAYER_LANDLOCK);
	assert_false(verdict.measured);
	drill_judge(&without_ports, attempt, &success, &answer, &verdict);
	assert_int_equal(verdict.standing, DRILL_STOPPED);
	assert_int_equal(verdict.layer, LAYER_NETWORK);
	assert_true(verdict.measured);
}

static void what_fails_unconfined_proves_nothing(void **state)
{
	struct drill_verdict verdict = judge(
		"load-module", refused(ENOSYS, SYS_init_module), refused(STAMP, SYS_init_module));

	(void)state;
	assert_int_equal(verdict.standing, DRILL_VOID);
	assert_true(verdict.text[0]);
}

static void what_gets_through_does_so_whatever_the_control_says(void **state)
{
	(void)state;
	assert_int_equal(judge("make-ring", success, success).standing, DRILL_THROUGH);
	assert_int_equal(judge("make-ring", refused(ENOSYS, 0), success).standing, DRILL_THROUGH);
}

static void silence_is_an_answer_of_networks_alone(void **state)
{
	struct drill_answer silence = {.outcome = DRILL_LOST, .error = ETIMEDOUT, .layer = -1};

	(void)state;
	/* It may not have come to the attempt yet. */
	assert_int_equal(judge("connect-internet", success, silence).standing, DRILL_VOID);
	silence.begun = true;
	assert_int_equal(judge("connect-internet", success, silence).standing, DRILL_STOPPED);
	assert_int_equal(judge("read-shadow", success, silence).standing, DRILL_VOID);
}

static void a_kill_by_the_filter_is_its_answer_and_another_kill_is_none(void **state)
{
	const struct drill_attempt *attempt = drill_attempt("enter-i386", NULL);
	struct drill_answer answer;

	(void)state;
	drill_conclude(attempt, "", 0, 128 + SIGSYS, &answer);
	assert_int_equal(answer.outcome, DRILL_REFUSED);
	struct drill_verdict verdict = judge("enter-i386", success, answer);
	assert_int_equal(verdict.standing, DRILL_STOPPED);
	assert_int_equal(verdict.layer, LAYER_SECCOMP);
	drill_conclude(attempt, "", 0, 128 + SIGSEGV, &answer);
	assert_int_equal(judge("enter-i386", success, answer).standing, DRILL_VOID);
}

static void a_program_that_ran_in_its_place_got_through(void **state)
{
	const struct drill_attempt *attempt = drill_attempt("run-shell", NULL);
	struct drill_answer answer;

	(void)state;
	drill_conclude(attempt, "", 0, 0, &answer);
	assert_int_equal(answer.outcome, DRILL_SUCCEEDED);
	drill_conclude(attempt, "", 0, 127, &answer);
	assert_int_equal(answer.outcome, DRILL_REFUSED);
	drill_conclude(drill_attempt("read-shadow", NULL), "", 0, 0, &answer);
	assert_int_equal(answer.outcome, DRILL_LOST);
}

static void a_rule_that_refuses_by_name_is_the_line(void **state)
{
	struct plan_call calls[] = {{.name = "bpf",
		.number = SYS_bpf,
		.action = PLAN_REFUSE,
		.where = {.file = "policy.yaml", .line = 7}}};
	struct plan_service service = {.calls = calls, .call_count = 1};
	struct drill_arguments arguments = {.where = {.file = "policy.yaml", .line = 3}};
	struct drill_answer answer = refused(STAMP, SYS_bpf);

	(void)state;
	assert_int_equal(drill_line(&service, &arguments, &answer).line, 7);
	answer.call = SYS_openat;
	assert_int_equal(drill_line(&service, &arguments, &answer).line, 3);
}

static void every_scenario_names_attempts_that_exist_on_both_sides(void **state)
{
	size_t count;
	const struct drill_scenario *scenarios = drill_scenarios(&count);

	(void)state;
	assert_int_equal(count, 9);
	for (size_t i = 0; i < count; i++) {
		assert_non_null(scenarios[i].refused[0]);
		assert_non_null(scenarios[i].permitted[0]);
		assert_non_null(scenarios[i].roles[0]);
		assert_true(!scenarios[i].stand_in || scenarios[i].why);
		for (size_t j = 0; j < DRILL_SCENARIO_NAMES; j++) {
			if (scenarios[i].refused[j])
				assert_non_null(drill_attempt(scenarios[i].refused[j], NULL));
			if (scenarios[i].permitted[j])
				assert_non_null(drill_attempt(scenarios[i].permitted[j], NULL));
		}
	}
}

static void a_scenario_holds_only_when_both_sides_are_shown(void **state)
{
	size_t count;
	const struct drill_scenario *scenario = &drill_scenarios(&count)[0];
	struct drill_verdict verdicts[] = {
		{.attempt = scenario->refused[0], .standing = DRILL_STOPPED},
		{.attempt = scenario->permitted[0], .standing = DRILL_THROUGH},
	};
	struct drill_table table = {verdicts, 2};
	char text[160];

	(void)state;
	assert_int_equal(drill_scenario_judge(scenario, &table, text, sizeof(text)), DRILL_HOLDS);
	verdicts[1].standing = DRILL_STOPPED;
	verdicts[1].shown = true;
	assert_int_equal(drill_scenario_judge(scenario, &table, text, sizeof(text)), DRILL_BROKEN);
	verdicts[1].standing = DRILL_IDLE;
	assert_int_equal(drill_scenario_judge(scenario, &table, text, sizeof(text)), DRILL_OPEN);
	verdicts[0].standing = DRILL_THROUGH;
	assert_int_equal(drill_scenario_judge(scenario, &table, text, sizeof(text)), DRILL_BROKEN);
}

static void a_scenario_says_what_it_could_not_show(void **state)
{
	size_t count;
	const struct drill_scenario *scenario = &drill_scenarios(&count)[0];
	struct drill_verdict verdicts[] = {
		{.attempt = scenario->refused[0], .standing = DRILL_STOPPED},
		{.attempt = scenario->refused[1], .standing = DRILL_VOID},
		{.attempt = scenario->permitted[0], .standing = DRILL_THROUGH},
		/* It fails even unconfined: that is nobody's fault. */
		{.attempt = scenario->permitted[1], .standing = DRILL_VOID},
	};
	struct drill_table table = {verdicts, 4};
	char text[160];

	(void)state;
	assert_int_equal(drill_scenario_judge(scenario, &table, text, sizeof(text)), DRILL_HOLDS);
	assert_non_null(strstr(text, scenario->refused[1]));
	assert_non_null(strstr(text, "void on this host"));
	/* Unconfined it works: then the confinement is too tight. */
	verdicts[3].shown = true;
	assert_int_equal(drill_scenario_judge(scenario, &table, text, sizeof(text)), DRILL_BROKEN);
}

static void what_cannot_look_proves_nothing(void **state)
{
	struct drill_answer blind = {.outcome = DRILL_SKIPPED, .layer = -1, .call = -1};

	(void)state;
	assert_int_equal(judge("hold-effective", success, blind).standing, DRILL_IDLE);
	assert_int_equal(judge("enter-x32", blind, blind).standing, DRILL_VOID);
}

static void what_an_attempt_measured_counts_before_what_an_errno_means(void **state)
{
	struct drill_answer answer = refused(EACCES, SYS_openat);

	(void)state;
	/* It could not even make the file: that is no rule about executable memory. */
	answer.layer = LAYER_IDENTITY;
	assert_int_equal(judge("map-written-file", success, answer).layer, LAYER_IDENTITY);
	answer.error = STAMP;
	assert_int_equal(judge("map-written-file", success, answer).layer, LAYER_SECCOMP);
}

static void a_verdict_names_the_call_that_was_refused(void **state)
{
	struct drill_verdict verdict =
		judge("take-descriptor", success, refused(STAMP, SYS_pidfd_open));

	(void)state;
	assert_non_null(strstr(verdict.text, "pidfd_open"));
}

static void code_brought_into_a_program_must_say_that_it_ran(void **state)
{
	static const char line[] = "succeeded 0 0 -1\n";
	const struct drill_attempt *attempt = drill_attempt("preload-library", NULL);
	struct drill_answer answer;

	(void)state;
	drill_conclude(attempt, "usage: convert", 14, 0, &answer);
	assert_int_equal(answer.outcome, DRILL_REFUSED);
	drill_conclude(attempt, line, sizeof(line) - 1, 0, &answer);
	assert_int_equal(answer.outcome, DRILL_SUCCEEDED);
}

static void an_attempt_says_when_it_begins(void **state)
{
	static const char begun[] = DRILL_BEGUN, whole[] = DRILL_BEGUN "refused 13 42 -1\n";
	const struct drill_attempt *attempt = drill_attempt("connect-internet", NULL);
	struct drill_answer answer;

	(void)state;
	drill_conclude(attempt, begun, sizeof(begun) - 1, 128 + SIGKILL, &answer);
	assert_int_equal(answer.outcome, DRILL_LOST);
	assert_true(answer.begun);
	drill_conclude(attempt, whole, sizeof(whole) - 1, 0, &answer);
	assert_int_equal(answer.outcome, DRILL_REFUSED);
	assert_int_equal(answer.error, EACCES);
	drill_conclude(attempt, "", 0, 128 + SIGKILL, &answer);
	assert_false(answer.begun);
}

static void an_answer_that_no_layer_gives_proves_nothing(void **state)
{
	(void)state;
	assert_int_equal(
		judge("run-dropped", success, refused(EEXIST, SYS_openat)).standing, DRILL_VOID);
	assert_int_equal(judge("make-ring", success, refused(EINVAL, SYS_io_uring_setup)).standing,
		DRILL_VOID);
	assert_int_equal(
		judge("mount-memory", success, refused(ENOENT, SYS_mount)).standing, DRILL_VOID);
	assert_int_equal(
		judge("read-shadow", success, refused(ENOENT, SYS_openat)).standing, DRILL_STOPPED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_names_the_layer_that_gave_it),
		cmocka_unit_test(what_gets_through_in_audit_mode_says_so_with_its_line),
		cmocka_unit_test(an_answer_that_several_layers_give_is_only_expected),
		cmocka_unit_test(a_low_port_is_the_networks_where_landlock_knows_none),
		cmocka_unit_test(what_fails_unconfined_proves_nothing),
		cmocka_unit_test(what_gets_through_does_so_whatever_the_control_says),
		cmocka_unit_test(silence_is_an_answer_of_networks_alone),
		cmocka_unit_test(a_kill_by_the_filter_is_its_answer_and_another_kill_is_none),
		cmocka_unit_test(a_program_that_ran_in_its_place_got_through),
		cmocka_unit_test(a_rule_that_refuses_by_name_is_the_line),
		cmocka_unit_test(every_scenario_names_attempts_that_exist_on_both_sides),
		cmocka_unit_test(a_scenario_holds_only_when_both_sides_are_shown),
		cmocka_unit_test(a_scenario_says_what_it_could_not_show),
		cmocka_unit_test(what_cannot_look_proves_nothing),
		cmocka_unit_test(what_an_attempt_measured_counts_before_what_an_errno_means),
		cmocka_unit_test(an_attempt_says_when_it_begins),
		cmocka_unit_test(an_answer_that_no_layer_gives_proves_nothing),
		cmocka_unit_test(a_verdict_names_the_call_that_was_refused),
		cmocka_unit_test(code_brought_into_a_program_must_say_that_it_ran),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
