/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "launch_plan.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "catalog/call.h"
#include "catalog/landlock.h"
#include "catalog/start_right.h"
#include "enforce/landlock_abi.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "stack/launch.h"

static const struct where here = {"launch.yaml", 7, 3};

int launch_begin(char *folder)
{
#ifdef __SANITIZE_ADDRESS__
	(void)folder;
	printf("SKIP: the init's filter refuses the calls of a sanitizer\n");
	return 77;
#else
	char page[PATH_MAX];

	if (geteuid() != 0) {
		printf("SKIP: launching needs root\n");
		return 77;
	}
	if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
		return 1;
	snprintf(page, sizeof(page), "%s/page", folder);
	return mkdir(page, 0755) < 0;
#endif
}

void launch_end(const char *folder)
{
	if (fork() == 0)
		execl("/bin/rm", "rm", "-rf", folder, NULL);
	wait(NULL);
}

static struct plan_node *add(struct arena *arena, struct plan_service *service,
	enum plan_node_kind kind, const char *target)
{
	struct plan_node *node =
		arena_append(arena, &service->nodes, &service->node_count, sizeof(*node));

	node->kind = kind;
	node->target = target;
	node->where = here;
	return node;
}

static struct plan_node *bind(struct arena *arena, struct plan_service *service, const char *source,
	const char *target, bool folder)
{
	struct plan_node *node = add(arena, service, PLAN_BIND, target);

	node->source = source;
	node->folder = folder;
	node->read_only = true;
	return node;
}

static void add_nodes(struct arena *arena, struct plan_service *service, const char *folder)
{
	static const char *const links[][2] = {
		{"/bin", "usr/bin"}, {"/lib", "usr/lib"}, {"/lib64", "usr/lib64"}};
	static const char *const masks[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/kcore",
		"/proc/keys", "/proc/bus", "/proc/no-such-entry"};
	struct plan_node *node;

	for (size_t i = 0; i < 3; i++)
		add(arena, service, PLAN_LINK, links[i][0])->content = links[i][1];
	bind(arena, service, "/usr", "/usr", true)->executable = true;
	bind(arena, service, "/dev/null", "/dev/null", false)->device = true;
	service->nodes[service->node_count - 1].read_only = false;
	bind(arena, service, arena_printf(arena, "%s/page", folder), "/srv/page", true);
	node = bind(arena, service, arena_printf(arena, "%s/data", folder), "/srv/data", true);
	node->read_only = false;
	node->create = true;
	node->mode = 0750;
	node->uid = node->gid = 33;
	node = add(arena, service, PLAN_MEMORY, "/tmp");
	*node = (struct plan_node){.kind = PLAN_MEMORY,
		.target = "/tmp",
		.folder = true,
		.mode = 01777,
		.uid = 33,
		.gid = 33,
		.size = 1 << 20,
		.where = here};
	node = add(arena, service, PLAN_FILE, "/etc/passwd");
	node->content = "web:x:33:33::/:/bin/false\n";
	node->mode = 0444;
	node = add(arena, service, PLAN_PROC, "/proc");
	node->folder = true;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
		add(arena, service, PLAN_MASK, masks[i])->read_only = true;
}

/* Everything but what no honest service tries, and clone3 as every plan has it. */
static void add_calls(struct arena *arena, struct plan_service *service)
{
	for (uint32_t number = 0; number <= catalog_newest(catalog_native_arch()); number++) {
		const struct catalog_call *call =
			catalog_call_number(catalog_native_arch(), number);

		if (!call || call->never_innocent)
			continue;
		struct plan_call *rule =
			arena_append(arena, &service->calls, &service->call_count, sizeof(*rule));
		rule->name = call->name;
		rule->number = number;
		rule->where = here;
		if (number == SYS_clone3) {
			rule->action = PLAN_REFUSE;
			rule->error = ENOSYS;
		}
	}
}

static void add_landlock(struct arena *arena, struct plan_service *service)
{
	struct plan_landlock *landlock = &service->landlock;
	int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	const uint64_t read = CATALOG_LANDLOCK_READ_FILE | CATALOG_LANDLOCK_READ_DIR;
	const struct plan_beneath rules[] = {
		{"/usr", read | CATALOG_LANDLOCK_EXECUTE, here},
		{"/srv/page", read, here},
		{"/srv/data", read | CATALOG_LANDLOCK_WRITE_FOLDER, here},
		{"/tmp", read | CATALOG_LANDLOCK_WRITE_FOLDER, here},
		{"/dev/null", CATALOG_LANDLOCK_READ_FILE | CATALOG_LANDLOCK_WRITE_FILE, here},
		{"/proc", read, here},
		{"/etc/passwd", CATALOG_LANDLOCK_READ_FILE, here},
	};

	if (abi <= 0)
		return;
	landlock->used = true;
	landlock->abi = (uint32_t)abi;
	landlock->handled_files = catalog_landlock_files(landlock->abi);
	landlock->handled_net = catalog_landlock_net(landlock->abi);
	landlock->scoped = catalog_landlock_scopes(landlock->abi);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct plan_beneath *beneath = arena_append(
			arena, &landlock->beneath, &landlock->beneath_count, sizeof(*beneath));

		*beneath = rules[i];
		beneath->access &= landlock->handled_files;
	}
}

struct plan *launch_plan(struct arena *arena, const char *folder)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct plan_service *service = arena_alloc(arena, sizeof(*service));
	static const struct plan_extent extents[] = {
		{0, 1900000001, 1, {"launch.yaml", 7, 3}}, {33, 33, 1, {"launch.yaml", 7, 3}}};

	plan->version = PLAN_VERSION;
	plan->stack = arena_printf(arena, "test-launch-%d", (int)getpid());
	plan->services = service;
	plan->service_count = 1;
	service->name = service->base = "web";
	service->where = service->command_where = here;
	service->program = "/usr/bin/sh";
	service->forks = true;
	service->mdwe = prctl(66 /* PR_GET_MDWE */, 0, 0, 0, 0) >= 0;
	service->memfd_noexec = access("/proc/sys/vm/memfd_noexec", F_OK) == 0;
	service->namespaces_held = true;
	service->ports_held = true;
	service->identity = (struct plan_identity){.uid = 33,
		.gid = 33,
		.user = "web",
		.group_name = "web",
		.init_id = 1900000001,
		.where = here,
		.uid_count = 2,
		.gid_count = 2};
	service->identity.uids = service->identity.gids = arena_alloc(arena, sizeof(extents));
	memcpy(service->identity.uids, extents, sizeof(extents));
	plan_ceilings(arena, service, here);
	add_nodes(arena, service, folder);
	add_calls(arena, service);
	add_landlock(arena, service);
	return plan;
}

struct plan_service *launch_service(struct plan *plan)
{
	return &plan->services[0];
}

/* As plan_endings() makes them, of calls that this plan grants all. */
void launch_forbid(struct plan *plan, struct arena *arena, const char *word)
{
	struct plan_service *service = launch_service(plan);
	const struct catalog_start_right *right = catalog_start_right(word);

	service->view_closes = service->view_closes || right->code;
	for (uint32_t number = 0; number <= catalog_newest(catalog_native_arch()); number++)
		for (size_t i = 0; i < right->call_count; i++) {
			const struct catalog_grant *grant = &right->calls[i];

			if (catalog_call(grant->call)->number[catalog_native_arch()] != (int)number)
				continue;
			struct plan_ending *ending = arena_append(
				arena, &service->endings, &service->ending_count, sizeof(*ending));
			*ending = (struct plan_ending){word, grant->call, number, .where = here};
			for (unsigned j = 0; j < grant->condition_count; j++) {
				const struct catalog_condition *from = &grant->conditions[j];
				struct plan_condition *condition =
					arena_append(arena, &ending->conditions,
						&ending->condition_count, sizeof(*condition));
				*condition = (struct plan_condition){from->argument, from->wide,
					from->differs, from->mask, from->value};
			}
		}
}

void launch_notify(struct plan *plan, struct arena *arena)
{
	struct plan_service *service = launch_service(plan);
	struct plan_node *node = add(arena, service, PLAN_NOTIFY, "/run/notify");

	node->folder = true;
	node->mode = 0755;
	node->size = 4096;
	struct plan_variable *variable = arena_append(
		arena, &service->environment, &service->environment_count, sizeof(*variable));
	*variable = (struct plan_variable){"NOTIFY_SOCKET", "/run/notify/" PLAN_NOTIFY_NAME, here};
}

struct stack_launch_options launch_options(void)
{
	return (struct stack_launch_options){.network = -1,
		.router = -1,
		.cgroup_name = "web",
		.foreground = true,
		.log_folder = -1,
		.exit_record = -1};
}

static int launch_here(const struct plan *plan, const struct stack_launch_options *options)
{
	struct stack_launched launched;
	struct fault why = {0};
	int status;

	if (stack_launch(plan, &plan->services[0], options, &launched, &why) < 0) {
		printf("%s:%u: %s: %s\n", why.where.file ? why.where.file : "-", why.where.line,
			why.text, strerror(-why.code));
		fflush(stdout);
		return 255;
	}
	if (waitpid(launched.init, &status, 0) < 0 || stack_kill(plan, options->cgroup_name, &why))
		return 254;
	stack_launched_close(&launched);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int launch_script(const struct plan *plan, const struct stack_launch_options *options,
	const char *script, char *output, size_t size)
{
	char *const command[] = {"/usr/bin/sh", "-c", (char *)(size_t)script, NULL};
	struct stack_launch_options with = *options;
	size_t length = 0;
	int ends[2], status;
	ssize_t got;

	if (!with.command)
		with.command = command;
	if (pipe(ends) < 0)
		return -1;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		_exit(launch_here(plan, &with));
	}
	close(ends[1]);
	while ((got = read(ends[0], output + length, size - 1 - length)) > 0)
		length += (size_t)got;
	output[length] = '\0';
	close(ends[0]);
	if (waitpid(child, &status, 0) < 0)
		return -1;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}
