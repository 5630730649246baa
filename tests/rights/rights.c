/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rights that a policy and its roles give, one by one, and their texts without one of them.
 *
 *     rights list ROLES POLICY [SERVICE]   FILE LINE COLUMN KEY ITEM SERVICE, by tabs
 *     rights without FILE LINE COLUMN      the text of FILE without what stands there
 *
 * A group of system calls is a right, and so is each call in it: ITEM is GROUP/CALL then, which
 * `syscalls: {deny: [CALL]}` takes away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "catalog/call.h"
#include "plan/blank.h"
#include "policy/policy.h"

/* What a service has of `tmp` and `shm` when nothing is said. */
enum { USUAL_MEMORY = 64 << 20 };

static const char *const accesses[] = {[POLICY_READ] = "files.read",
	[POLICY_WRITE] = "files.write",
	[POLICY_LOAD] = "files.load",
	[POLICY_READ_AS_ROOT] = "files.read-as-root"};

static void say(const struct policy_service *service, const struct where *where, const char *key,
	const char *item)
{
	if (where->file)
		printf("%s\t%u\t%u\t%s\t%s\t%s\n", where->file, where->line, where->column, key,
			item, service->name);
}

/* The calls of a group that it gives whatever their arguments, where there are several. */
static void say_calls(const struct policy_service *service, const struct policy_text *allowed,
	struct arena *arena)
{
	const struct catalog_group *group = catalog_group(allowed->text);

	for (size_t i = 0; group && group->grant_count > 1 && i < group->grant_count; i++)
		if (group->grants[i].condition_count == 0)
			say(service, &allowed->where, "syscalls",
				arena_printf(arena, "%s/%s", group->name, group->grants[i].call));
}

static const char *connect_item(const struct policy_connect *connect, struct arena *arena)
{
	return connect->path ? arena_printf(arena, "%s:unix:%s", connect->peer, connect->path)
			     : arena_printf(arena, "%s:%u", connect->peer, connect->port);
}

static const char *listen_item(const struct policy_listen *listen, struct arena *arena)
{
	return listen->path ? listen->path : arena_printf(arena, "%u", listen->first);
}

static void list_service(const struct policy_service *service, struct arena *arena)
{
	for (size_t i = 0; i < service->file_count; i++)
		say(service, &service->files[i].where, accesses[service->files[i].access],
			service->files[i].path);
	for (size_t i = 0; i < service->program_count; i++)
		say(service, &service->programs[i].where, "programs", service->programs[i].path);
	for (size_t i = 0; i < service->secret_count; i++)
		say(service, &service->secrets[i].where, "secrets", service->secrets[i].name);
	for (size_t i = 0; i < service->connect_count; i++)
		say(service, &service->connects[i].where, "connects",
			connect_item(&service->connects[i], arena));
	for (size_t i = 0; i < service->listen_count; i++)
		say(service, &service->listens[i].where, "listens",
			listen_item(&service->listens[i], arena));
	for (size_t i = 0; i < service->capabilities.count; i++)
		say(service, &service->capabilities.items[i].where, "capabilities",
			service->capabilities.items[i].text);
	for (size_t i = 0; i < service->environment_count; i++)
		say(service, &service->environment[i].where, "environment",
			service->environment[i].name);
	if (service->tmp.value > USUAL_MEMORY)
		say(service, &service->tmp.where, "tmp", "/tmp");
	if (service->shm.value > USUAL_MEMORY)
		say(service, &service->shm.where, "shm", "/dev/shm");
	for (size_t i = 0; i < service->allow.count; i++) {
		const struct policy_text *allowed = &service->allow.items[i];

		say(service, &allowed->where, "syscalls", allowed->text);
		say_calls(service, allowed, arena);
	}
}

static int list(const char *roles, const char *file, const char *only, struct arena *arena)
{
	struct policy_options options = {.roles = &roles, .role_folder_count = 1};
	struct report *report = report_new(arena);
	const struct policy *policy = policy_load(&file, 1, &options, arena, report);

	report_write(report, stderr, false);
	if (report_count(report, REPORT_ERROR) > 0)
		return EXIT_FAILURE;
	for (size_t i = 0; i < policy->service_count; i++)
		if (!only || strcmp(policy->services[i].name, only) == 0)
			list_service(&policy->services[i], arena);
	return EXIT_SUCCESS;
}

static const char *read_text(const char *path, struct arena *arena)
{
	FILE *file = fopen(path, "re");
	char part[4096];
	const char *text = "";

	if (!file)
		return NULL;
	while (fgets(part, sizeof(part), file))
		text = arena_printf(arena, "%s%s", text, part);
	fclose(file);
	return text;
}

static int without(const char *path, const char *line, const char *column, struct arena *arena)
{
	const char *text = read_text(path, arena);
	const char *changed = text ? blank_item(text, (unsigned)strtoul(line, NULL, 10),
					     (unsigned)strtoul(column, NULL, 10), arena)
				   : NULL;

	if (!changed) {
		fprintf(stderr, "%s:%s:%s: nothing stands there\n", path, line, column);
		return EXIT_FAILURE;
	}
	fputs(changed, stdout);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	int status = 2;

	if (argc >= 4 && argc <= 5 && strcmp(argv[1], "list") == 0)
		status = list(argv[2], argv[3], argc == 5 ? argv[4] : NULL, arena);
	else if (argc == 5 && strcmp(argv[1], "without") == 0)
		status = without(argv[2], argv[3], argv[4], arena);
	else
		fputs("usage: rights list ROLES POLICY [SERVICE] | without FILE LINE COLUMN\n",
			stderr);
	arena_free(arena);
	return status;
}
