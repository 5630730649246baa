/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Every key of the language, and every form of a value that the table names by
 * itself: it changes the plan or what is said about it, or it is refused.
 */

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/scoped.h"
#include "host/host.h"
#include "judged.h"
#include "plan/plan.h"
#include "policy/key.h"

#define SERVICE WEB "    "
#define NAMED "connects: [{to: \"a.example.com:443\", why: x}]\n"
#define LETTERS_64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"
#define LETTERS_256 LETTERS_64 LETTERS_64 LETTERS_64 LETTERS_64
#define SEVERAL "  db: {role: bare, command: db, instances: 2, listens: [5432]}\n"
#define OTHER "  db: {role: bare, command: db, listens: [5432, {unix: /run/db/s}]}\n"

#define DOOR "listens: [80]\n    publishes: {80: 127.0.0.1}\n"

/* What a key is seen in.  A policy is written without it, then with it. */
enum seen {
	IN_PLAN,    /* the plan changes */
	IN_MODEL,   /* carried for reports: `why` of a path, which `explain` shows */
	IN_ERROR,   /* one of the two is a bad policy */
	IN_REFUSAL, /* `up` and `run` refuse it, `check` warns */
};

struct example {
	enum seen seen;
	const char *without, *with;
	bool role; /* the texts are the keys of a role */
};

static const struct example examples[KEY_COUNT] = {
	[KEY_BULKHEAD] = {IN_ERROR, "stack: a\nservices: {web: {role: bare, command: web}}\n",
		"bulkhead: 1\nstack: a\nservices: {web: {role: bare, command: web}}\n"},
	[KEY_STACK] = {IN_PLAN,
		"bulkhead: 1\nstack: a\nservices: {web: {role: bare, command: web}}",
		"bulkhead: 1\nstack: b\nservices: {web: {role: bare, command: web}}"},
	[KEY_VARS] = {IN_ERROR, SERVICE "workdir: ${a}\n",
		SERVICE "workdir: ${a}\nvars: {a: /srv/a}\n"},
	[KEY_INCLUDE] = {IN_PLAN, SERVICE, SERVICE "\ninclude: [more.yaml]\n"},
	[KEY_SERVICES] = {IN_ERROR, "bulkhead: 1\nstack: a\n", SERVICE},
	[KEY_ASSERT] = {IN_ERROR, SERVICE "connects: [db:5432]\n" OTHER,
		SERVICE "connects: [db:5432]\n" OTHER "assert: [web never connects]\n"},
	[KEY_ADDRESSES] = {IN_PLAN, SERVICE "connects: [db:5432]\n" OTHER,
		SERVICE "connects: [db:5432]\n" OTHER "addresses: {ipv4: 10.9.0.0/24}\n"},
	[KEY_ADDRESSES_FAMILY] = {IN_PLAN, SERVICE "connects: [db:5432]\n" OTHER,
		SERVICE "connects: [db:5432]\n" OTHER "addresses: {ipv6: \"fd00:1::/64\"}\n"},
	[KEY_GATEWAY] = {IN_ERROR, SERVICE "\ngateway: relay\n", SERVICE "\ngateway: relais\n"},
	[KEY_GATEWAY_NAT] = {IN_PLAN, SERVICE DOOR, SERVICE DOOR "gateway: nat\n"},
	[KEY_RESOLVER] = {IN_PLAN, SERVICE NAMED,
		SERVICE NAMED "resolver: {upstream: [9.9.9.9]}\n"},
	[KEY_RESOLVER_PART] = {IN_PLAN, SERVICE NAMED "resolver: {upstream: [9.9.9.8]}\n",
		SERVICE NAMED "resolver: {upstream: [9.9.9.9]}\n"},
	[KEY_OBSERVE_HOST] = {IN_REFUSAL, NULL, SERVICE "\nobserve: {}\n"},
	[KEY_OBSERVE_PART] = {IN_REFUSAL, NULL, SERVICE "\nobserve: {audit: true}\n"},

	[KEY_ROLE] = {IN_PLAN, SERVICE,
		"bulkhead: 1\nstack: shop\nservices:\n  web: {role: rich, command: web}\n"},
	[KEY_COMMAND] = {IN_ERROR, "bulkhead: 1\nstack: shop\nservices: {web: {role: bare}}\n",
		SERVICE},
	[KEY_USER] = {IN_PLAN, SERVICE, SERVICE "user: www\n"},
	[KEY_GROUPS] = {IN_PLAN, SERVICE, SERVICE "groups: [staff]\n"},
	[KEY_USERS] = {IN_PLAN, SERVICE, SERVICE "users: [www]\n"},
	[KEY_WORKDIR] = {IN_PLAN, SERVICE, SERVICE "workdir: /tmp\n"},
	[KEY_ENVIRONMENT] = {IN_PLAN, SERVICE, SERVICE "environment: {A: b}\n"},
	[KEY_ENVIRONMENT_FILE] = {IN_PLAN, SERVICE, SERVICE "environment-file: /etc/web.env\n"},
	[KEY_SECRETS] = {IN_PLAN, SERVICE, SERVICE "secrets: {KEY: /srv/key}\n"},
	[KEY_SECRET_FROM] = {IN_PLAN, SERVICE "secrets: {KEY: {from: /srv/a}}\n",
		SERVICE "secrets: {KEY: {from: /srv/key}}\n"},
	[KEY_SECRET_AS] = {IN_PLAN, SERVICE "secrets: {KEY: {from: /srv/key}}\n",
		SERVICE "secrets: {KEY: {from: /srv/key, as: env}}\n"},
	[KEY_FILES] = {IN_PLAN, SERVICE, SERVICE "files: {read: [/srv/a]}\n"},
	[KEY_FILES_READ] = {IN_PLAN, SERVICE "files: {}\n", SERVICE "files: {read: [/srv/a]}\n"},
	[KEY_FILES_WRITE] = {IN_PLAN, SERVICE "files: {}\n", SERVICE "files: {write: [/srv/a]}\n"},
	[KEY_FILES_LOAD] = {IN_PLAN, SERVICE "files: {}\n", SERVICE "files: {load: [/srv/a]}\n"},
	[KEY_FILES_READ_AS_ROOT] = {IN_PLAN, SERVICE "files: {read: [/srv/a]}\n",
		SERVICE "files: {read-as-root: [/srv/a]}\n"},
	[KEY_PATH] = {IN_PLAN, SERVICE "files: {read: [{path: /srv/a}]}\n",
		SERVICE "files: {read: [{path: /srv/key}]}\n"},
	[KEY_PATH_CREATE] = {IN_PLAN, SERVICE "files: {write: [{path: /srv/new}]}\n",
		SERVICE "files: {write: [{path: /srv/new, create: 0750}]}\n"},
	[KEY_PATH_WHY] = {IN_MODEL, SERVICE "files: {read: [{path: /srv/a}]}\n",
		SERVICE "files: {read: [{path: /srv/a, why: pages}]}\n"},
	[KEY_PATH_IF_PRESENT] = {IN_MODEL, "files: {read: [{path: /srv/none}]}\n",
		"files: {read: [{path: /srv/none, if-present: true}]}\n", .role = true},
	[KEY_PATH_MEMORY] = {IN_PLAN, "files: {write: [{path: /srv/a}]}\n",
		"files: {write: [{path: /srv/a, memory: 1MB}]}\n", .role = true},
	[KEY_TMP] = {IN_PLAN, SERVICE, SERVICE "tmp: 1MB\n"},
	[KEY_SHM] = {IN_PLAN, SERVICE, SERVICE "shm: 1MB\n"},
	[KEY_PROGRAMS] = {IN_PLAN, SERVICE, SERVICE "programs: [/usr/bin/tool]\n"},
	[KEY_LISTENS] = {IN_PLAN, SERVICE, SERVICE "listens: [80]\n"},
	[KEY_LISTENS_PORT] = {IN_PLAN, SERVICE "listens: [80]\n",
		SERVICE "listens: [{port: 81}]\n"},
	[KEY_LISTENS_AT] = {IN_PLAN, SERVICE "listens: [80]\n",
		SERVICE "listens: [{port: 80, at: 127.0.0.1}]\n"},
	[KEY_LISTENS_UNIX] = {IN_PLAN, SERVICE, SERVICE "listens: [{unix: /run/web/s}]\n"},
	[KEY_LISTENS_GROUP] = {IN_PLAN, SERVICE "listens: [{unix: /run/web/s}]\n",
		SERVICE "listens: [{unix: /run/web/s, group: staff}]\n"},
	[KEY_LISTENS_MODE] = {IN_PLAN, SERVICE "listens: [{unix: /run/web/s}]\n",
		SERVICE "listens: [{unix: /run/web/s, mode: 0660}]\n"},
	[KEY_LISTENS_ALONE] = {IN_PLAN, "listens: [{port: 80}]\n",
		"listens: [{port: 80, alone: true}]\n", .role = true},
	[KEY_PUBLISHES] = {IN_PLAN, SERVICE "listens: [80]\n",
		SERVICE "listens: [80]\n    publishes: {80: 127.0.0.1}\n"},
	[KEY_PUBLISHES_AT] = {IN_PLAN, SERVICE "listens: [80]\n    publishes: {80: 127.0.0.1}\n",
		SERVICE "listens: [80]\n    publishes: {80: {at: [127.0.0.2]}}\n"},
	[KEY_PUBLISHES_FROM] = {IN_PLAN,
		SERVICE "listens: [80]\n    publishes: {80: {at: \"::\"}}\n",
		SERVICE "listens: [80]\n    publishes: {80: {at: \"::\", from: [fd00::/8]}}\n"},
	[KEY_PUBLISHES_COUNT] = {IN_PLAN,
		SERVICE "listens: [80]\n    publishes: {80: {at: \"::\"}}\n",
		SERVICE
		"listens: [80]\n    publishes: {80: {at: \"::\", connections-per-source: 9}}\n"},
	[KEY_PUBLISHES_UDP] = {IN_PLAN,
		SERVICE "listens: [53, 53/udp]\n    publishes: {53: \"::\"}\n",
		SERVICE "listens: [53, 53/udp]\n    publishes: {53/udp: \"::\"}\n"},
	[KEY_CONNECTS] = {IN_PLAN, SERVICE "\n" OTHER, SERVICE "connects: [db:5432]\n" OTHER},
	[KEY_CONNECTS_TO] = {IN_PLAN, SERVICE "\n" OTHER,
		SERVICE "connects: [{to: db:5432}]\n" OTHER},
	[KEY_CONNECTS_AT] = {IN_PLAN, SERVICE "connects: [db:5432]\n" OTHER,
		SERVICE "connects: [{to: db:5432, at: 127.0.0.1:5432}]\n" OTHER},
	[KEY_CONNECTS_WHY] = {IN_PLAN, SERVICE "connects: [{to: db:5432}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, why: orders}]\n" OTHER},
	[KEY_CONNECTS_OWNER] = {IN_PLAN, SERVICE "connects: [{to: db:5432}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, owner: shop}]\n" OTHER},
	[KEY_CONNECTS_UNTIL] = {IN_PLAN, SERVICE "connects: [{to: db:5432}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, until: 2026-12-31}]\n" OTHER},
	[KEY_CONNECTS_RATE] = {IN_PLAN, SERVICE "connects: [{to: db:5432}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, new-connections: 20/s}]\n" OTHER},
	[KEY_CONNECTS_COUNT] = {IN_PLAN, SERVICE "connects: [{to: db:5432}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, connections: 20}]\n" OTHER},
	[KEY_CONNECTS_BANDWIDTH] = {IN_PLAN, SERVICE "connects: [{to: db:5432}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, bandwidth: 2mbit}]\n" OTHER},
	[KEY_CONNECTS_BYTES] = {IN_PLAN, SERVICE "connects: [{to: db:5432}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, bytes: 50MB/h}]\n" OTHER},
	[KEY_CONNECTS_OVER] = {IN_PLAN, SERVICE "connects: [{to: db:5432, bytes: 50MB/h}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, bytes: 50MB/h, over: drop}]\n" OTHER},
	[KEY_CONNECTS_OVER_ALERT] = {IN_PLAN,
		SERVICE "connects: [{to: db:5432, bytes: 50MB/h}]\n" OTHER,
		SERVICE "connects: [{to: db:5432, bytes: 50MB/h, over: alert}]\n" OTHER},
	[KEY_CONNECTS_TLS] = {IN_PLAN, SERVICE NAMED,
		SERVICE "connects: [{to: \"a.example.com:443\", why: x, tls: true}]\n"},
	[KEY_CONNECTS_NAME] = {IN_PLAN, SERVICE,
		SERVICE "connects: [{to: \"*.example.com:443\", why: x}]\n"},
	[KEY_CONNECTS_CIDR] = {IN_PLAN, SERVICE,
		SERVICE "connects: [{to: 192.0.2.0/24:443, why: x}]\n"},
	[KEY_CONNECTS_CIDR_UDP] = {IN_PLAN, SERVICE "connects: [{to: 192.0.2.0/24:123, why: x}]\n",
		SERVICE "connects: [{to: 192.0.2.0/24:123/udp, why: x}]\n"},
	[KEY_CONNECTS_HOST_UDP] = {IN_PLAN, SERVICE "connects: [{to: host:8125, why: figures}]\n",
		SERVICE "connects: [{to: host:8125/udp, why: figures}]\n"},
	[KEY_CONNECTS_HOST] = {IN_PLAN, SERVICE, SERVICE "connects: [{to: host:8125, why: x}]\n"},
	[KEY_CONNECTS_INSTANCE] = {IN_PLAN, SERVICE "connects: [db:5432]\n" SEVERAL,
		SERVICE "connects: [db.2:5432]\n" SEVERAL},
	[KEY_CAPABILITIES] = {IN_PLAN, SERVICE, SERVICE "capabilities: [CAP_CHOWN]\n"},
	[KEY_SYSCALLS] = {IN_PLAN, SERVICE, SERVICE "syscalls: {allow: [getpgrp]}\n"},
	[KEY_SYSCALLS_ALLOW] = {IN_PLAN, SERVICE "syscalls: {}\n",
		SERVICE "syscalls: {allow: [getpgrp]}\n"},
	[KEY_SYSCALLS_DENY] = {IN_PLAN, SERVICE "syscalls: {allow: [getpgrp, getpgid]}\n",
		SERVICE "syscalls: {allow: [getpgrp, getpgid], deny: [getpgid]}\n"},
	[KEY_LIMITS] = {IN_PLAN, SERVICE, SERVICE "limits: {processes: 7}\n"},
	[KEY_LIMITS_MEMORY] = {IN_PLAN, SERVICE, SERVICE "limits: {memory: 1GB}\n"},
	[KEY_LIMITS_PROCESSES] = {IN_PLAN, SERVICE, SERVICE "limits: {processes: 8}\n"},
	[KEY_LIMITS_CPU] = {IN_PLAN, SERVICE, SERVICE "limits: {cpu: 0.5}\n"},
	[KEY_LIMITS_FILES] = {IN_PLAN, SERVICE, SERVICE "limits: {files: 100}\n"},
	[KEY_LIMITS_IO] = {IN_PLAN, SERVICE, SERVICE "limits: {io: 5MB/s}\n"},
	[KEY_INSTANCES] = {IN_PLAN, SERVICE, SERVICE "instances: 2\n"},
	[KEY_JOB] = {IN_PLAN, SERVICE, SERVICE "job: {every: 1m}\n"},
	[KEY_JOB_PART] = {IN_PLAN, SERVICE "job: {every: 1m}\n", SERVICE "job: {at: \"03:15\"}\n"},
	[KEY_READY] = {IN_PLAN, SERVICE, SERVICE "ready: notify\n"},
	[KEY_HEALTHY] = {IN_PLAN, SERVICE "listens: [80]\n",
		SERVICE "listens: [80]\n    healthy: {http: \":80/health\"}\n"},
	[KEY_PROBE_PART] = {IN_PLAN, SERVICE "listens: [80, 81]\n    ready: {port: 81}\n",
		SERVICE "listens: [80, 81]\n    ready: {port: 80}\n"},
	[KEY_AFTER_READY] = {IN_PLAN, SERVICE, SERVICE "after-ready: {forbid: [execute]}\n"},
	[KEY_AFTER_READY_FORBID] = {IN_PLAN, SERVICE "after-ready: {}\n",
		SERVICE "after-ready: {forbid: [execute]}\n"},
	[KEY_STOP] = {IN_PLAN, SERVICE, SERVICE "stop: {signal: QUIT}\n"},
	[KEY_STOP_PART] = {IN_PLAN, SERVICE "stop: {signal: QUIT, within: 20s}\n",
		SERVICE "stop: {signal: QUIT, within: 30s}\n"},
	[KEY_RELOAD] = {IN_PLAN, SERVICE, SERVICE "reload: {signal: HUP}\n"},
	[KEY_RELOAD_PART] = {IN_PLAN, SERVICE "reload: {signal: HUP}\n",
		SERVICE "reload: {command: web reload}\n"},
	[KEY_RESTART] = {IN_PLAN, SERVICE, SERVICE "restart: never\n"},
	[KEY_DEPENDS_ON] = {IN_PLAN, SERVICE "restart: always\n" OTHER,
		SERVICE "depends-on: [db]\n" OTHER},
	[KEY_MODE] = {IN_PLAN, SERVICE, SERVICE "mode: {seccomp: audit}\n"},
	[KEY_ON_VIOLATION] = {IN_REFUSAL, NULL, SERVICE "on-violation: kill\n"},
	[KEY_EXPECTED] = {IN_PLAN, SERVICE,
		SERVICE "expected: [{call: io_uring_setup, why: probe}]\n"},
	[KEY_EXPECTED_PART] = {IN_PLAN, SERVICE "expected: [{path: /run/a, why: probe}]\n",
		SERVICE "expected: [{path: /run/b, why: probe}]\n"},
	[KEY_ACCEPT_MISSING] = {IN_PLAN, SERVICE, SERVICE "accept-missing: [landlock]\n"},
	[KEY_WITHOUT] = {IN_PLAN,
		"bulkhead: 1\nstack: a\nservices: {web: {role: rich, command: web}}\n",
		"bulkhead: 1\nstack: a\nservices: {web: {role: rich, command: web, "
		"without: {environment: [RICH]}}}\n"},
	[KEY_CARD_DATA] = {IN_PLAN, SERVICE, SERVICE "card-data: true\n"},
	[KEY_OBSERVE] = {IN_REFUSAL, NULL, SERVICE "observe: {}\n"},
	[KEY_OBSERVE_UNIT] = {IN_REFUSAL, NULL, SERVICE "observe: {unit: web.service}\n"},
};

static const struct policy *load(const struct example *example, const char *text, bool enforcing)
{
	static const char more[] = "bulkhead: 1\nservices: {more: {role: bare, command: more}}\n";
	static const char rich[] = "bulkhead: 1\nenvironment: {RICH: true}\n";
	static const char lines[] = "FROM_FILE=1\n";
	static const char own[] =
		"bulkhead: 1\nstack: a\nservices: {web: {role: own, command: web}}\n";
	static char role[256];
	struct policy_input files[] = {
		{"shop.yaml", example->role ? own : text, strlen(example->role ? own : text)},
		{"more.yaml", more, sizeof(more) - 1},
		{"roles/rich.yaml", rich, sizeof(rich) - 1},
		{"/etc/web.env", lines, sizeof(lines) - 1},
		{"roles/own.yaml", role, 0},
	};

	files[4].length =
		(size_t)snprintf(role, sizeof(role), "bulkhead: 1\n%s", example->role ? text : "");
	return judge_files(files, 5, enforcing);
}

/* A machine on which everything that the examples name exists. */
static const struct host *machine(void)
{
	static struct host_feature_state features[HOST_FEATURE_COUNT];
	static struct host_user users[] = {
		{"www", true, 33, 33, "www", "/var/www"},
	};
	static struct host_group groups[] = {{"www", true, 33}, {"staff", true, 50}};
	static struct host_path paths[] = {
		{.path = "/srv/a", .kind = HOST_FOLDER, .resolved = "/srv/a", .mode = 0755},
		{.path = "/srv/key", .kind = HOST_FILE, .resolved = "/srv/key", .mode = 0600},
		{.path = "/srv/none", .kind = HOST_ABSENT},
		{.path = "/srv/new", .kind = HOST_ABSENT},
	};
	static struct host_program programs[] = {
		{.name = "web", .found = true, .path = "/usr/bin/web", .resolved = "/usr/bin/web"},
		{.name = "db", .found = true, .path = "/usr/bin/db", .resolved = "/usr/bin/db"},
		{.name = "/usr/bin/tool",
			.found = true,
			.path = "/usr/bin/tool",
			.resolved = "/usr/bin/tool"},
	};
	static const struct host host = {
		.version = HOST_VERSION,
		.kernel = "6.1",
		.features = features,
		.feature_count = HOST_FEATURE_COUNT,
		.landlock_abi = 2,
		.users = users,
		.user_count = 1,
		.groups = groups,
		.group_count = 2,
		.paths = paths,
		.path_count = 4,
		.programs = programs,
		.program_count = 3,
		.id_first = 1000000,
		.id_last = 2000000,
		.arch = "x86-64",
	};

	for (size_t i = 0; i < HOST_FEATURE_COUNT; i++)
		features[i] = (struct host_feature_state){host_features[i].name, HOST_YES, NULL};
	return &host;
}

/* The plan's text without the places, which move when a line is added. */
static char *plan_text(const struct example *example, const char *text)
{
	const struct policy *policy = load(example, text, true);

	if (report_count(judged.report, REPORT_ERROR) > 0)
		fail_msg("refused:\n%s\n%s", text, judged.text);
	char *written =
		plan_write(plan_build(policy, machine(), true, judged.arena, judged.report));
	char *out = written;
	for (const char *at = written; *at;) {
		*out++ = *at++;
		if (out - written >= 5 && strncmp(out - 5, ".yaml", 5) == 0)
			at += strspn(at, "0123456789:");
	}
	*out = '\0';
	return written;
}

static void the_plan_changes(const struct example *example, const char *name)
{
	scoped(memory) char *without = plan_text(example, example->without);
	scoped(memory) char *with = plan_text(example, example->with);

	if (strcmp(without, with) == 0)
		fail_msg("%s changes nothing:\n%s", name, example->with);
}

static void reports_change(const struct example *example)
{
	const struct policy_path without =
		load(example, example->without, true)->services[0].files[0];
	const struct policy_path with = load(example, example->with, true)->services[0].files[0];

	says_errors(0);
	assert_true(!without.why != !with.why || without.if_present != with.if_present);
}

static void one_is_bad(const struct example *example, const char *name)
{
	load(example, example->without, true);
	bool bad = report_count(judged.report, REPORT_ERROR);
	load(example, example->with, true);
	if (bad == (report_count(judged.report, REPORT_ERROR) > 0))
		fail_msg("%s decides nothing", name);
}

/* A warning to `check`; to `up` and `run` an error and nothing else wrong. */
static void it_is_refused(const struct example *example, const char *name)
{
	static const char words[] = " is not enforced by this version";

	load(example, example->with, false);
	says_errors(0);
	says(words);
	says(name);
	assert_int_equal(judged.options.unsupported, 0);
	load(example, example->with, true);
	says(words);
	assert_true(judged.options.unsupported > 0);
	if (judged.options.mistakes != judged.options.unsupported)
		fail_msg("more is wrong:\n%s", judged.text);
}

static void every_key_has_an_enforcer_or_is_refused(void **state)
{
	(void)state;
	for (int key = 0; key < KEY_COUNT; key++) {
		const struct policy_key_entry *entry = &policy_keys[key];
		const struct example *example = &examples[key];
		bool later = !entry->enforcer || strcmp(entry->enforcer, POLICY_REFUSED_ABOVE) == 0;

		if (!entry->name || !example->with)
			fail_msg("key %d has no row", key);
		if ((example->seen == IN_REFUSAL) != later)
			fail_msg("%s: the table and its example disagree", entry->name);
		if (example->seen == IN_PLAN)
			the_plan_changes(example, entry->name);
		else if (example->seen == IN_MODEL)
			reports_change(example);
		else if (example->seen == IN_ERROR)
			one_is_bad(example, entry->name);
		else
			it_is_refused(example, entry->enforcer ? "" : entry->name);
	}
}

static void every_enforcer_is_a_file_of_ours(void **state)
{
	const char *source = getenv("BULKHEAD_SOURCE");

	(void)state;
	if (!source)
		skip();
	for (int key = 0; key < KEY_COUNT; key++) {
		const char *enforcer = policy_keys[key].enforcer;
		char path[512];

		if (!enforcer || strcmp(enforcer, POLICY_REFUSED_ABOVE) == 0)
			continue;
		snprintf(path, sizeof(path), "%s/src/%s", source, enforcer);
		if (access(path, R_OK) < 0)
			fail_msg("%s: there is no %s", policy_keys[key].name, enforcer);
	}
}

/* What docs/policy.md says of each key is what the table says. */
static void the_reference_names_every_key(void **state)
{
	const char *source = getenv("BULKHEAD_SOURCE");
	scoped(arena) struct arena *arena = arena_new();
	size_t listed = 0;
	const char *text;

	(void)state;
	if (!source)
		skip();
	assert_true(descriptor_read(AT_FDCWD, arena_printf(arena, "%s/docs/policy.md", source),
			    1 << 20, arena, &text) > 0);
	for (int key = 0; key < KEY_COUNT; key++) {
		const char *name = policy_keys[key].name;
		const char *end = name[0] == '\'' ? strchr(name + 1, '\'') : NULL;

		assert_non_null(end);
		const char *row = arena_printf(arena, "\n- %s\n", name);
		const char *word = arena_printf(arena, "%.*s", (int)(end - name) - 1, name + 1);
		if (!policy_keys[key].enforcer && !strstr(text, row))
			fail_msg("%s is not listed as not enforced", name);
		if (policy_keys[key].enforcer && !strstr(text, arena_printf(arena, "`%s`", word)) &&
			!strstr(text, arena_printf(arena, "%s:", word)))
			fail_msg("%s is not named", name);
	}
	for (const char *at = text; (at = strstr(at, "\n- '")); at++)
		listed++;
	size_t later = 0;
	for (int key = 0; key < KEY_COUNT; key++)
		later += !policy_keys[key].enforcer;
	/* `observe` is a key of the top level and of a service. */
	assert_int_equal(listed, later - 1);
}

/* The form of a value of later is checked now: a policy written today stays right. */
static void the_form_of_what_is_not_enforced_yet_is_checked(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{SERVICE "instances: 0\n", "'0' is not a number for 'instances'", "from 1 to 1000"},
		{SERVICE "job: {every: 1 minute}\n", "'1 minute' is not a length of time",
			"30s, 5m"},
		{SERVICE "job: {at: 3:15}\n", "'3:15' is not a time of day", "\"03:15\""},
		{SERVICE "job: {at: \"24:00\"}\n", "'24:00' is not a time of day", NULL},
		{SERVICE "job: {every: 1m, at: \"03:15\"}\n", "'job' says exactly one thing", NULL},
		{SERVICE "job: {before: [nobody]}\n", "unknown service 'nobody'", NULL},
		{SERVICE "ready: maybe\n", "'maybe' is nothing that 'ready' can be", "notify"},
		{SERVICE "ready: {http: \":80/" LETTERS_256 LETTERS_256 "\"}\n",
			"more than 512 characters", NULL},
		{SERVICE "ready: {http: localhost:80}\n", "is not a port and a path",
			":3000/health"},
		{SERVICE "ready: {port: 70000}\n", "'70000' is not a number for 'port'", NULL},
		{SERVICE "healthy: {port: 1, http: \":1/\"}\n", "exactly one thing", NULL},
		{SERVICE "after-ready: {forbid: [exec]}\n", "'exec' is nothing that an item can be",
			"did you mean 'execute'"},
		{SERVICE "stop: {signal: STOP}\n", "'STOP' is nothing that 'signal' can be", NULL},
		{SERVICE "stop: {within: 0s}\n", "'0s' is not a length of time", NULL},
		{SERVICE "reload: {signal: SIGHUP}\n", "'SIGHUP' is nothing that", NULL},
		{SERVICE "restart: sometimes\n", "'sometimes' is nothing that 'restart' can be",
			"always, on-failure, never"},
		{SERVICE "mode: audits\n", "'audits' is nothing that 'mode'", "'audit'"},
		{SERVICE "mode: {secomp: audit}\n", "'secomp' is not a layer", "'seccomp'"},
		{SERVICE "mode: {exec: audit}\n", "layer exec has no audit mode", "'programs'"},
		{SERVICE "mode: {identity: audit}\n", "layer identity has no audit mode",
			"'users'"},
		{SERVICE "mode: {namespaces: audit}\n", "layer namespaces has no audit mode",
			"leave the layer out"},
		{SERVICE "mode: {resources: audit}\n", "layer resources has no audit mode",
			"'limits'"},
		{SERVICE "mode: {labels: audit}\n", "layer labels has no audit mode", "'listens'"},
		{SERVICE "mode: {phase: audit}\n", "layer phase has no audit mode",
			"'after-ready'"},
		{SERVICE "on-violation: ban\n", "'ban' is nothing that 'on-violation' can be",
			"deny, kill, freeze, alert"},
		{SERVICE "expected: [{why: x}]\n", "names either a 'call' or a 'path'", NULL},
		{SERVICE "expected: [{call: bpf}]\n", "an expected refusal needs 'why'", NULL},
		{SERVICE "expected: [{call: io_uring_setop, why: x}]\n",
			"'io_uring_setop' is not a system call", "did you mean 'io_uring_setup'"},
		{SERVICE "expected: [{path: run/x, why: y}]\n", "'run/x'", NULL},
		{SERVICE "accept-missing: landlock\n", "'accept-missing' must be a list",
			"write [landlock]"},
		{SERVICE "observe: x\n", "'observe' must be a map", NULL},
		{SERVICE "\nresolver: {upstream: [dns.quad9.net]}\n", "is not an address", NULL},
		{SERVICE "\nobserve: {retention: long}\n", "'long' is not a length of time", "30d"},
		{SERVICE "\ngateway: bridge\n", "'bridge' is nothing that 'gateway'", "relay, nat"},
	};

	EACH_IS_REFUSED(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_has_an_enforcer_or_is_refused),
		cmocka_unit_test(every_enforcer_is_a_file_of_ours),
		cmocka_unit_test(the_reference_names_every_key),
		cmocka_unit_test(the_form_of_what_is_not_enforced_yet_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
