/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "plan/planner.h"

enum { RECENT = 256 };

struct questions {
	struct arena *arena;
	struct host_question *items;
	size_t count;
	struct map *asked[HOST_ASK_LOAD_FOLDER + 1]; /* names, by kind */
	/* Texts that came by lately: services of one role share those that are the role's. */
	const char *lately[RECENT][HOST_ASK_LOAD_FOLDER + 1];
};

/* Where a program called by name is looked for: the service's own PATH. */
static const char *search_path_of(const struct policy_service *service)
{
	for (size_t i = 0; i < service->environment_count; i++)
		if (text_equal(service->environment[i].name, "PATH"))
			return service->environment[i].value;
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static void ask(struct questions *questions, enum host_question_kind kind, const char *name,
	const char *search_path, struct where where)
{
	const char **lately = &questions->lately[(uintptr_t)name / 16 % RECENT][kind];

	if (!name || *lately == name)
		return;
	*lately = name;
	void **asked = map_slot(questions->asked[kind], name, strlen(name));
	if (*asked)
		return;
	*asked = questions;
	struct host_question *question = arena_append(
		questions->arena, &questions->items, &questions->count, sizeof(*question));
	*question = (struct host_question){kind, name, search_path, where};
}

static void ask_command(
	struct questions *questions, const struct policy_texts *command, const char *search_path)
{
	if (command->count)
		ask(questions, HOST_ASK_PROGRAM, command->items[0].text, search_path,
			command->items[0].where);
}

static void ask_programs(struct questions *questions, const struct policy_service *service)
{
	const char *search_path = search_path_of(service);

	ask_command(questions, &service->command, search_path);
	ask_command(questions, &service->life.ready.command, search_path);
	ask_command(questions, &service->life.healthy.command, search_path);
	ask_command(questions, &service->life.reload_command, search_path);
	for (size_t i = 0; i < service->program_count; i++)
		ask(questions, HOST_ASK_PROGRAM, service->programs[i].path, search_path,
			service->programs[i].where);
}

static void ask_files(struct questions *questions, const struct policy_service *service)
{
	for (size_t i = 0; i < service->file_count; i++) {
		const struct policy_path *path = &service->files[i];

		if (path->memory)
			continue;
		ask(questions, HOST_ASK_PATH, path->path, NULL, path->where);
		if (path->access == POLICY_LOAD)
			ask(questions, HOST_ASK_LOAD_FOLDER, path->path, NULL, path->where);
	}
	ask(questions, HOST_ASK_PATH, service->workdir.text, NULL, service->workdir.where);
	for (size_t i = 0; i < service->secret_count; i++)
		ask(questions, HOST_ASK_PATH, service->secrets[i].from, NULL,
			service->secrets[i].where);
}

static void ask_identities(struct questions *questions, const struct policy_service *service)
{
	ask(questions, HOST_ASK_USER, service->user.text, NULL, service->user.where);
	ask(questions, HOST_ASK_GROUP, service->group.text, NULL, service->group.where);
	for (size_t i = 0; i < service->groups.count; i++)
		ask(questions, HOST_ASK_GROUP, service->groups.items[i].text, NULL,
			service->groups.items[i].where);
	for (size_t i = 0; i < service->users.count; i++)
		ask(questions, HOST_ASK_USER, service->users.items[i].text, NULL,
			service->users.items[i].where);
	for (size_t i = 0; i < service->listen_count; i++)
		ask(questions, HOST_ASK_GROUP, service->listens[i].group, NULL,
			service->listens[i].where);
}

const struct host_question *plan_questions(
	const struct policy *policy, struct arena *arena, size_t *count)
{
	struct questions questions = {.arena = arena};

	for (int kind = 0; kind <= HOST_ASK_LOAD_FOLDER; kind++)
		questions.asked[kind] = map_new(arena);
	for (size_t i = 0; i < policy->service_count; i++) {
		const struct policy_service *service = &policy->services[i];

		ask_identities(&questions, service);
		ask_programs(&questions, service);
		ask_files(&questions, service);
	}
	*count = questions.count;
	return questions.items;
}

struct id_names {
	struct arena *arena;
	const char **items;
	size_t count;
};

static void add_id_name(struct id_names *names, const char *name)
{
	const char **item = arena_append(names->arena, &names->items, &names->count, sizeof(*item));

	*item = name;
}

static bool leaves(const struct policy *policy)
{
	for (size_t i = 0; i < policy->service_count; i++)
		for (size_t j = 0; j < policy->services[i].connect_count; j++)
			if (policy->services[i].connects[j].host ||
				policy->services[i].connects[j].outside)
				return true;
	return false;
}

static bool asks_names(const struct policy *policy)
{
	for (size_t i = 0; i < policy->service_count; i++)
		for (size_t j = 0; j < policy->services[i].connect_count; j++)
			if (policy->services[i].connects[j].named)
				return true;
	return false;
}

const char *const *plan_id_names(const struct policy *policy, struct arena *arena, size_t *count)
{
	struct id_names names = {.arena = arena};

	add_id_name(&names, arena_printf(arena, "%s//router", policy->stack));
	add_id_name(&names, arena_printf(arena, "%s//gateway", policy->stack));
	if (leaves(policy))
		add_id_name(&names, arena_printf(arena, "%s//outlet", policy->stack));
	if (asks_names(policy))
		add_id_name(&names, arena_printf(arena, "%s//resolver", policy->stack));
	for (size_t i = 0; i < policy->service_count; i++) {
		const struct policy_service *service = &policy->services[i];
		uint32_t instances = plan_instances(service);

		for (uint32_t j = instances ? 1 : 0; j <= instances; j++)
			add_id_name(&names, arena_printf(arena, "%s/%s", policy->stack,
						    plan_instance_name(arena, service->name, j)));
		if (!service->user.text)
			add_id_name(&names,
				arena_printf(arena, "%s/%s/user", policy->stack, service->name));
	}
	/* Last: what a book of an earlier version gave stays in its order. */
	add_id_name(&names, arena_printf(arena, "%s//supervisor", policy->stack));
	*count = names.count;
	return names.items;
}
