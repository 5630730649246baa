/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Instances, jobs, probes, signals and the order in which services start. */

#include <signal.h>

#include "judged.h"

#define DB "  db: {role: bare, command: db, listens: [5432]}\n"

static void what_is_written_is_kept_with_its_place(void **state)
{
	const struct policy_service *web =
		judge_service(WEB "    listens: [80]\n"
				  "    instances: 3\n"
				  "    ready: {http: \":80/health?all\"}\n"
				  "    healthy: {command: [ask, \"it is well\"]}\n"
				  "    stop: {signal: QUIT, within: 2m}\n"
				  "    reload: {command: web reload}\n"
				  "    restart: on-failure\n");
	const struct policy_life *life = &web->life;

	(void)state;
	assert_int_equal(life->instances.value, 3);
	assert_int_equal(life->ready.kind, POLICY_PROBE_HTTP);
	assert_int_equal(life->ready.port, 80);
	assert_string_equal(life->ready.path, "/health?all");
	assert_int_equal(life->ready.where.line, 9);
	assert_int_equal(life->healthy.kind, POLICY_PROBE_COMMAND);
	assert_int_equal(life->healthy.command.count, 2);
	assert_string_equal(life->healthy.command.items[1].text, "it is well");
	assert_int_equal(life->stop_signal.value, SIGQUIT);
	assert_int_equal(life->stop_within.value, 120);
	assert_int_equal(life->reload_command.count, 2);
	assert_string_equal(life->reload_command.items[1].text, "reload");
	assert_int_equal(life->restart, POLICY_RESTART_ON_FAILURE);
	assert_int_equal(life->restart_where.line, 13);
	web = judge_service(WEB "    ready: notify\n    reload: {signal: USR2}\n");
	assert_int_equal(web->life.ready.kind, POLICY_PROBE_NOTIFY);
	assert_int_equal(web->life.reload_signal.value, SIGUSR2);
	assert_null(web->life.restart_where.file);
	assert_int_equal(web->life.job.kind, POLICY_JOB_NONE);
}

static void a_time_of_day_and_a_period_are_seconds(void **state)
{
	(void)state;
	assert_int_equal(judge_service(WEB "    job: {at: \"03:15\"}\n")->life.job.seconds, 11700);
	assert_int_equal(
		judge_service(WEB "    job: {at: \"00:00\"}\n")->life.job.kind, POLICY_JOB_AT);
	assert_int_equal(judge_service(WEB "    job: {at: \"23:59\"}\n")->life.job.seconds, 86340);
	assert_int_equal(judge_service(WEB "    job: {every: 5m}\n")->life.job.seconds, 300);
}

/* `depends-on` of the one and `before` of the other say the same. */
static void jobs_and_dependencies_make_one_order(void **state)
{
	const struct policy *policy =
		judge_good(WEB "    depends-on: [db, migrate]\n" DB
			       "  migrate: {role: bare, command: m, depends-on: [db], "
			       "job: {before: [other, web]}}\n"
			       "  other: {role: bare, command: o}\n");
	const struct policy_life *web = &policy_service(policy, "web")->life;
	const struct policy_life *other = &policy_service(policy, "other")->life;

	(void)state;
	assert_int_equal(web->dependency_count, 2);
	assert_string_equal(web->dependencies[0].service, "db");
	assert_false(web->dependencies[0].completed);
	assert_string_equal(web->dependencies[1].service, "migrate");
	assert_true(web->dependencies[1].completed);
	assert_int_equal(web->dependencies[1].where.line, 7);
	assert_int_equal(other->dependency_count, 1);
	assert_true(other->dependencies[0].completed);
	assert_int_equal(other->dependencies[0].where.line, 9);
	assert_int_equal(policy_service(policy, "migrate")->life.dependency_count, 1);
}

static void what_contradicts_itself_is_refused(void **state)
{
	static const struct refused cases[] = {
		{WEB "    ready: {port: 81}\n    listens: [80]\n",
			"7:19: error: 'web' is asked at port 81 and does not listen on it",
			"add listens: [81]"},
		{WEB "    healthy: {http: \":53/\"}\n    listens: [53/udp]\n",
			"'web' is asked at port 53", "8:15: it listens here"},
		{WEB "    healthy: notify\n", "a service notifies once", "healthy: {port: 3000}"},
		{WEB "    ready: {http: \":80/a b\"}\n    listens: [80]\n",
			"'/a b' cannot stand in a request", "%20"},
		{WEB "    ready: {command: ./ask}\n", "'./ask' is not a program", "absolute path"},
		{WEB "    ready: {command: ask | grep}\n", "split at spaces", "write a list"},
		{WEB "    reload: {signal: KILL}\n", "'KILL' is nothing that 'signal' can be",
			NULL},
		{WEB "    job: {every: 1h}\n    restart: always\n", "8:14: error: 'web' is a job",
			"7:18: a job by this"},
		{WEB "    job: {every: 1h}\n    instances: 2\n", "never runs twice at a time",
			"leave 'instances' out"},
		{WEB "    job: {every: 1h}\n    listens: [80]\n", "8:15: error: 'web' is a job",
			"leave 'listens' out"},
		{WEB "    job: {at: \"01:00\"}\n    ready: notify\n", "only until it is done",
			NULL},
		{WEB "    job: {at: \"01:00\"}\n    healthy: {command: ask}\n",
			"it is not asked for its health", NULL},
		{WEB "    instances: 2\n    listens: [{unix: /run/web/s}]\n",
			"'web' has instances and listens on a socket path", "web-a, web-b"},
		{WEB "    depends-on: [report]\n  report: {role: bare, command: r, job: {every: "
		     "1h}}\n",
			"7:18: error: 'report' runs again and again", "8:49: by this"},
		{WEB "    depends-on: [db.1]\n" DB, "unknown service 'db.1'",
			"that is all of its instances"},
		{WEB "    job: {before: [web]}\n", "7:20: error: 'web' waits for itself", NULL},
		{WEB "    depends-on: [two]\n  two: {role: bare, command: t, depends-on: [three]}\n"
		     "  three: {role: bare, command: t, depends-on: [job]}\n"
		     "  job: {role: bare, command: j, depends-on: [web], job: {before: [three]}}\n",
			"'job' and 'web' wait for each other", "the circle begins here"},
		{WEB "    depends-on: [job]\n  job: {role: bare, command: j, job: {before: [two]}, "
		     "depends-on: [two]}\n  two: {role: bare, command: t}\n",
			"'two' and 'job' wait for each other", "8:68: the circle begins here"},
	};

	(void)state;
	EACH_IS_REFUSED(cases);
}

/* Whoever writes the right thing in the wrong shape is shown the shape. */
static void a_wrong_shape_is_shown_the_right_one(void **state)
{
	static const struct refused cases[] = {
		{WEB "    job: every\n", "'job' must be a map of keys and values",
			"write job: {every: 1h}"},
		{WEB "    job: {}\n", "7:10: error: 'job' says exactly one thing",
			"write job: {every: 1h}"},
		{WEB "    job: {every: [1h]}\n", "'every' must be a single value, not a list",
			"write job: {every: 1h}"},
		{WEB "    job: {before: []}\n", "'before' names no service", "{before: [SERVICE]}"},
		{WEB "    job: {before: [db, db]}\n" DB, "service 'db' is given twice",
			"7:20: first given here"},
		{WEB "    ready: {notify: true}\n", "a probe has no key 'notify'", "or notify"},
		{WEB "    ready: []\n", "a probe must be a map", "write ready: {port: 3000}"},
		{WEB "    healthy: {port: 80, every: 5s}\n    listens: [80]\n",
			"a probe has no key 'every'", "write healthy: {port: 3000}"},
		{WEB "    stop: QUIT\n", "'stop' must be a map", "write stop: {signal: QUIT"},
		{WEB "    stop: {command: x}\n", "'stop' has no key 'command'",
			"write stop: {signal: QUIT"},
		{WEB "    stop: {signl: QUIT}\n", "'stop' has no key 'signl'",
			"did you mean 'signal'?"},
		{WEB "    reload: HUP\n", "'reload' must be a map", "write reload: {signal: HUP}"},
		{WEB "    restart: [always]\n", "'restart' must be a single value",
			"write restart: always"},
		{WEB "    depends-on: {db: ready}\n" DB, "'depends-on' must be a list",
			"write depends-on: [SERVICE]"},
		{WEB "    depends-on: [\"db:5432\"]\n" DB, "unknown service 'db:5432'",
			"name the service, without a port"},
		{WEB "    after-ready: [execute]\n", "'after-ready' must be a map",
			"write after-ready: {forbid: [execute"},
		{WEB "    mode: [seccomp]\n", "'mode' must be a single value, not a list",
			"{seccomp: audit}"},
		{WEB "    expected: [mount]\n", "an expected refusal must be a map",
			"write expected: [{call: "},
		{WEB "    expected: [{call: mount}]\n", "an expected refusal needs 'why'",
			"why: what it does without"},
		/* A form belongs to its key, not to those that follow. */
		{WEB "    stop: {signal: QUIT}\n    role: [bare]\n", "'role' is given twice", NULL},
		{WEB "    stop: {signal: QUIT}\n    workdir: []\n",
			"'workdir' must be a single value, not a list\n", NULL},
	};

	(void)state;
	EACH_IS_REFUSED(cases);
	assert_null(strstr(judged.text, "write stop"));
}

static void an_edge_to_one_instance_needs_that_instance(void **state)
{
#define TWO "  db: {role: bare, command: db, listens: [5432], instances: 2}\n"
	static const struct refused cases[] = {
		{WEB "    connects: [db.3:5432]\n" TWO, "7:16: error: 'db' has 2 instances",
			"counted from 1: db.1"},
		{WEB "    connects: [db.1:5432]\n" DB, "'db' has no instances",
			"name the service alone"},
		{WEB "    connects: [db.0:5432]\n" TWO, "'db.0:5432' names no instance",
			"counted from 1"},
		{WEB "    connects: [db.01:5432]\n" TWO, "'db.01:5432' names no instance", NULL},
		{WEB "    connects: [dc.1:5432]\n" TWO, "unknown service 'dc'",
			"did you mean 'db'"},
		{WEB "    connects: [db:5432]\n" TWO "assert: [web never reaches db.2]\n",
			"assertion failed: 'web' connects to db:5432", NULL},
		{WEB "    connects: [db.2:5432]\n" TWO "assert: [web never reaches db]\n",
			"assertion failed: 'web' connects to db.2:5432", NULL},
		{WEB "\n" TWO "assert: [web never reaches db.4]\n", "'db' has 2 instances", NULL},
		{WEB "\n" TWO "assert: [web never reaches dc.1]\n", "unknown service 'dc'", NULL},
	};
	const struct policy_connect *connect;

	(void)state;
	EACH_IS_REFUSED(cases);
	connect = judge_service(
		WEB "    connects: [db.2:5432]\n" TWO "assert: [web never reaches db.1]\n")
			  ->connects;
	assert_string_equal(connect->peer, "db");
	assert_int_equal(connect->instance, 2);
}

/* Web as a role, a file beneath and the policy itself have it. */
static const struct policy_life *merged(const char *role, const char *beneath, const char *own)
{
	char texts[3][512];
	struct policy_input files[] = {{"shop.yaml", texts[0], 0}, {"beneath.yaml", texts[1], 0},
		{"roles/mine.yaml", texts[2], 0}};

	files[0].length = (size_t)snprintf(texts[0], sizeof(texts[0]),
		"bulkhead: 1\nstack: a\ninclude: [beneath.yaml]\nservices:\n  web: {role: mine, "
		"command: web%s}\n  db: {role: bare, command: db}\n",
		own);
	files[1].length = (size_t)snprintf(texts[1], sizeof(texts[1]),
		"bulkhead: 1\nservices:\n  web: {role: mine%s}\n", beneath);
	files[2].length = (size_t)snprintf(texts[2], sizeof(texts[2]), "bulkhead: 1\n%s", role);
	const struct policy *policy = judge_files(files, 3, false);
	says_errors(0);
	return &policy_service(policy, "web")->life;
}

static void the_nearest_says_it(void **state)
{
	static const char role[] = "stop: {signal: QUIT, within: 30s}\nreload: {signal: HUP}\n"
				   "restart: never\nlistens: [80]\nready: {port: 80}\n";
	const struct policy_life *life = merged(role, "", "");

	(void)state;
	assert_int_equal(life->stop_signal.value, SIGQUIT);
	assert_int_equal(life->reload_signal.value, SIGHUP);
	assert_int_equal(life->restart, POLICY_RESTART_NEVER);
	assert_string_equal(life->restart_where.file, "roles/mine.yaml");
	assert_int_equal(life->ready.kind, POLICY_PROBE_PORT);

	life = merged(role, "",
		", stop: {within: 5s}, reload: {command: web again}, "
		"restart: always, ready: {http: \":80/\"}");
	/* Of `stop` each part by itself; a reload is the one or the other. */
	assert_int_equal(life->stop_signal.value, SIGQUIT);
	assert_int_equal(life->stop_within.value, 5);
	assert_null(life->reload_signal.where.file);
	assert_int_equal(life->reload_command.count, 2);
	assert_int_equal(life->restart, POLICY_RESTART_ALWAYS);
	assert_int_equal(life->ready.kind, POLICY_PROBE_HTTP);

	life = merged("", ", healthy: {command: [ask, one]}, stop: {signal: INT}, instances: 2",
		", healthy: {command: [ask]}, stop: {within: 7s}");
	assert_int_equal(life->healthy.command.count, 1);
	assert_int_equal(life->stop_signal.value, SIGINT);
	assert_int_equal(life->stop_within.value, 7);
	assert_int_equal(life->instances.value, 2);
	/* What says one thing is replaced, not joined to two. */
	life = merged("listens: [80]\n", ", ready: {port: 80}, reload: {signal: HUP}",
		", ready: {http: \":80/\"}, reload: {command: again}");
	assert_int_equal(life->ready.kind, POLICY_PROBE_HTTP);
	assert_int_equal(life->reload_command.count, 1);
	life = merged("job: {at: \"01:00\"}\n", ", job: {every: 1h}", ", job: {before: [db]}");
	assert_int_equal(life->job.kind, POLICY_JOB_BEFORE);
}

/* Only a key of a service is replaced whole: a service may be called like one. */
static void a_service_called_job_is_laid_over_as_any(void **state)
{
	static const char text[] = "bulkhead: 1\nstack: a\ninclude: [beneath.yaml]\n"
				   "services: {job: {command: two}}\n";
	static const char beneath[] = "bulkhead: 1\nservices: {job: {role: bare, command: one}}\n";
	const struct policy_input files[] = {{"shop.yaml", text, sizeof(text) - 1},
		{"beneath.yaml", beneath, sizeof(beneath) - 1}};
	const struct policy *policy = judge_files(files, 2, false);

	(void)state;
	says_errors(0);
	assert_string_equal(policy_service(policy, "job")->command.items[0].text, "two");
	assert_string_equal(policy_service(policy, "job")->role.text, "bare");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_kept_with_its_place),
		cmocka_unit_test(a_time_of_day_and_a_period_are_seconds),
		cmocka_unit_test(jobs_and_dependencies_make_one_order),
		cmocka_unit_test(what_contradicts_itself_is_refused),
		cmocka_unit_test(a_wrong_shape_is_shown_the_right_one),
		cmocka_unit_test(an_edge_to_one_instance_needs_that_instance),
		cmocka_unit_test(the_nearest_says_it),
		cmocka_unit_test(a_service_called_job_is_laid_over_as_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
