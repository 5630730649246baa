/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "host/host.h"
#include "policy/load.h"
#include "policy/policy.h"
#include "policy/reading.h"

static struct host_user users[] = {
	{"web", true, 33, 33, "web", "/srv/web"},
	{"db", true, 101, 104, "db", "/var/lib/db"},
	{"twin", true, 33, 104, "db", "/"},
	{"toor", true, 0, 0, "root", "/root"},
	{.name = "nobody-here"},
};
static struct host_group groups[] = {{"web", true, 33}, {"db", true, 104}, {"shared", true, 500},
	{"zero", true, 0}, {.name = "gone"}};

static struct host_link app_link[] = {{"/srv/link", "/srv/app"}};
static struct host_link tool_link[] = {{"/usr/bin/tool", "tool.real"}};
static struct host_link c_link[] = {{"/usr/lib/libc.so", "libc.so.6"}};
static struct host_path paths[] = {
	{"/srv/app", HOST_FOLDER, .resolved = "/srv/app"},
	{"/srv/app/sub", HOST_FOLDER, .resolved = "/srv/app/sub"},
	{"/srv/file", HOST_FILE, .resolved = "/srv/file"},
	{"/srv/link", HOST_FOLDER, .resolved = "/srv/app", .links = app_link, .link_count = 1},
	{"/srv/new", HOST_ABSENT},
	{"/srv/mine", HOST_FOLDER, .resolved = "/srv/mine", .uid = 33, .mode = 0700},
	{"/srv/ours", HOST_FOLDER, .resolved = "/srv/ours", .gid = 104, .mode = 0770},
	{"/srv/all", HOST_FOLDER, .resolved = "/srv/all", .mode = 01777},
	{"/srv/shut", HOST_FOLDER, .resolved = "/srv/shut", .uid = 33, .mode = 0577},
	{"/srv/gone", HOST_ABSENT},
	{"/srv/app/gone", HOST_ABSENT},
	{"/srv/swapped", HOST_ABSENT, .error = "a link in a folder that others write"},
	{"/srv/key", HOST_FILE, .resolved = "/srv/key"},
	{"/srv/modules", HOST_FOLDER, .resolved = "/srv/modules"},
	{"/etc", HOST_FOLDER, .resolved = "/etc"},
	{"/sys/kernel", HOST_FOLDER, .resolved = "/sys/kernel"},
	{"/usr/lib/ld.so.2", HOST_FILE, .resolved = "/usr/lib/ld.so.2"},
	{"/usr/bin/tool.real", HOST_FILE, .resolved = "/usr/bin/tool.real"},
};

static const char *libraries[] = {"/usr/lib/ld.so.2", "/usr/lib/libc.so.6"};
static const char *module_libraries[] = {"/usr/lib/libm.so.6", "/srv/modules/ld.so.2"};
static struct host_program programs[] = {
	{"daemon", true, .path = "/usr/bin/daemon", .resolved = "/usr/bin/daemon",
		.interpreter = "/lib64/ld.so.2", .libraries = libraries, .library_count = 2,
		.library_links = c_link, .library_link_count = 1},
	{"/usr/bin/tool", true, .path = "/usr/bin/tool", .resolved = "/usr/bin/tool.real",
		.links = tool_link, .link_count = 1, .libraries = libraries, .library_count = 2},
	{"/usr/bin/script", true, .path = "/usr/bin/script", .resolved = "/usr/bin/script",
		.script = "/usr/bin/python3.11"},
	{"/usr/bin/python3.11", true, .path = "/usr/bin/python3.11",
		.resolved = "/usr/bin/python3.11"},
	{"/usr/bin/orphan", true, .path = "/usr/bin/orphan", .resolved = "/usr/bin/orphan",
		.script = "/usr/bin/nothing"},
	{"/usr/bin/ping", true, .path = "/usr/bin/ping", .resolved = "/usr/bin/ping",
		.script = "/usr/bin/pong"},
	{"/usr/bin/pong", true, .path = "/usr/bin/pong", .resolved = "/usr/bin/pong",
		.script = "/usr/bin/ping"},
	{"/usr/bin/none", .error = "no such file"},
	{"/srv/modules", true, .resolved = "/srv/modules", .libraries = module_libraries,
		.library_count = 2},
};
static const char *proc_entries[] = {"cpuinfo", "kcore", "keys", "meminfo", "self", "sys"};
static struct host_id ids[] = {{"s//router", 1001}, {"s//gateway", 1002}, {"s/a", 1003},
	{"s/a/user", 1004}, {"s/b", 1005}, {"s/b/user", 1006}, {"s/a.1", 1007}, {"s/a.2", 1008},
	{"s//supervisor", 1009}, {"s//outlet", 1010}, {"s//resolver", 1011}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct host *new_host(struct arena *arena)
{
	struct host *host = arena_alloc(arena, sizeof(*host));

	*host = (struct host){.version = HOST_VERSION,
		.arch = "x86-64",
		.features = arena_alloc(arena, HOST_FEATURE_COUNT * sizeof(*host->features)),
		.feature_count = HOST_FEATURE_COUNT,
		.landlock_abi = 7,
		.proc_entries = proc_entries,
		.proc_entry_count = COUNT(proc_entries),
		.users = users,
		.user_count = COUNT(users),
		.groups = groups,
		.group_count = COUNT(groups),
		.paths = paths,
		.path_count = COUNT(paths),
		.programs = programs,
		.program_count = COUNT(programs),
		.id_first = 1000,
		.id_last = 2000,
		.ids = ids,
		.id_count = COUNT(ids)};
	for (size_t i = 0; i < HOST_FEATURE_COUNT; i++)
		host->features[i] = (struct host_feature_state){
			.name = host_features[i].name, .state = HOST_YES};
	return host;
}

struct sketch sketch_plan_top(const char *top, const char *services, bool judging)
{
	static const char role[] = "bulkhead: 1\n"
				   "files: {read: [{path: /srv/maybe, if-present: true}],\n"
				   "        write: [{path: /run/mem, memory: 1MB}]}\n";
	static const char listener[] = "bulkhead: 1\nafter-ready: {forbid: [listen]}\n";
	const char *const folders[] = {"/roles"};
	/* What is not enforced yet is planned all the same. */
	struct policy_options options = {.roles = folders, .role_folder_count = 1};
	struct sketch sketch = {.arena = arena_new()};
	const char *text =
		arena_printf(sketch.arena, "bulkhead: 1\nstack: s\n%sservices:\n%s", top, services);
	const struct policy_input inputs[] = {{"s.yaml", text, strlen(text)},
		{"/roles/bare.yaml", role, sizeof(role) - 1},
		{"/roles/listener.yaml", listener, sizeof(listener) - 1}};

	sketch.report = report_new(sketch.arena);
	sketch.host = new_host(sketch.arena);
	sketch.policy = policy_load_memory(inputs, 3, &options, sketch.arena, sketch.report);
	if (report_count(sketch.report, REPORT_ERROR) > 0)
		report_write(sketch.report, stderr, false);
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	sketch.plan = plan_build(sketch.policy, sketch.host, judging, sketch.arena, sketch.report);
	return sketch;
}

struct sketch sketch_plan(const char *services, bool judging)
{
	return sketch_plan_top("", services, judging);
}

void sketch_free(struct sketch *sketch)
{
	arena_free(sketch->arena);
}

const struct plan_node *sketch_node(const struct plan_service *service, const char *target)
{
	for (size_t i = 0; i < service->node_count; i++)
		if (text_equal(service->nodes[i].target, target))
			return &service->nodes[i];
	return NULL;
}

bool sketch_says(const struct sketch *sketch, int level, const char *text)
{
	size_t count;
	const struct report_entry *entries = report_entries(sketch->report, &count);

	for (size_t i = 0; i < count; i++)
		if ((int)entries[i].level == level && strstr(entries[i].text, text))
			return true;
	return false;
}
