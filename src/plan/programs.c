/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "plan/planner.h"

/* Programs that run whatever they can read: declaring one declares much more than a file. */
static const char *const interpreters[] = {"sh", "dash", "bash", "zsh", "ksh", "busybox", "perl",
	"python", "ruby", "node", "php", "lua", "tclsh", "awk", "mawk", "gawk", "env", "xargs",
	"find"};

/* Files that are mapped executable, never executed: the view lets them, Landlock does not. */
static void add_libraries(struct planner *planner, struct plan_service *service,
	const struct host_program *program, struct where where)
{
	for (size_t i = 0; i < program->library_count; i++)
		plan_node_executable(
			plan_node_bind(planner, service, program->libraries[i], NULL, 0, where),
			where);
	for (size_t i = 0; i < program->library_link_count; i++) {
		const struct host_link *link = &program->library_links[i];

		plan_node(planner, service, PLAN_LINK, link->path, where)->content = link->target;
	}
}

static void warn_interpreter(struct planner *planner, const struct policy_program *from,
	const struct host_program *found)
{
	const char *name = strrchr(found->resolved, '/') + 1;

	for (size_t i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++) {
		size_t length = strlen(interpreters[i]);

		/* python3.11 and php8.2 are interpreters as well. */
		if (strncmp(name, interpreters[i], length) != 0 ||
			strspn(name + length, "0123456789.") != strlen(name + length))
			continue;
		report_add(planner->report, REPORT_WARNING, from->where, 0,
			"%s is an interpreter: it runs whatever the service can read", from->path);
		return;
	}
}

/* As the kernel: a script's interpreter may be a script itself, so many times. */
enum { MOST_INTERPRETERS = 4 };

/* With the interpreters that it takes. */
static void add_program(struct planner *planner, struct plan_service *service,
	const struct host_program *found, struct where where, unsigned depth)
{
	plan_node_executable(plan_node_bind(planner, service, found->resolved, found->links,
				     found->link_count, where),
		where);
	add_libraries(planner, service, found, where);
	struct plan_program *program = arena_append(
		planner->arena, &service->programs, &service->program_count, sizeof(*program));
	*program = (struct plan_program){found->resolved, where};
	if (!found->script)
		return;
	const struct host_program *interpreter = host_program(planner->host, found->script);
	if (!interpreter || !interpreter->found)
		plan_missing(planner, where, "%s needs %s, which is not on this machine",
			found->path, found->script);
	else if (depth == MOST_INTERPRETERS)
		plan_missing(
			planner, where, "%s: too many interpreters of interpreters", found->path);
	else
		add_program(planner, service, interpreter, where, depth + 1);
}

static void missing_program(struct planner *planner, const char *name, struct where where,
	const struct host_program *found)
{
	plan_missing(planner, where, "program '%s': %s", name,
		found && found->error ? found->error : "not found on this machine");
}

void plan_view_programs(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	for (size_t i = 0; i < from->file_count; i++) {
		const struct policy_path *path = &from->files[i];
		const struct host_program *modules =
			path->access == POLICY_LOAD ? host_program(planner->host, path->path)
						    : NULL;

		if (modules && modules->found)
			add_libraries(planner, service, modules, path->where);
	}
	for (size_t i = 0; i < from->program_count; i++) {
		const struct policy_program *program = &from->programs[i];
		const struct host_program *found = host_program(planner->host, program->path);

		if (found && found->found) {
			add_program(planner, service, found, program->where, 0);
			warn_interpreter(planner, program, found);
		} else if (!program->if_present) {
			missing_program(planner, program->path, program->where, found);
		}
	}
	/* The command is not one of the programs: it is executed once, by the launch. */
	size_t declared = service->program_count;
	if (from->command.count == 0)
		return;
	const struct policy_text *command = &from->command.items[0];
	const struct host_program *found = host_program(planner->host, command->text);
	if (!found || !found->found) {
		missing_program(planner, command->text, command->where, found);
		return;
	}
	service->program = found->path;
	add_program(planner, service, found, command->where, 0);
	service->program_count = declared;
}
