/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "base/descriptor.h"
#include "host/host.h"
#include "host/index.h"
#include "host/library.h"
#include "host/names.h"
#include "host/path.h"
#include "host/program.h"
#include "host/remembered.h"
#include "host/remembered_programs.h"
#include "host/witness.h"

/* A script's interpreter may be a script itself, but not for ever (the kernel stops at 4). */
enum { DEEPEST_SCRIPT = 4 };

static struct host_search *search_of(struct host_search **search, struct arena *arena)
{
	if (!*search)
		*search = host_search_new(arena);
	return *search;
}

static void answer_program(struct host *host, const char *name, const char *search_path,
	struct host_search *search, struct arena *arena)
{
	for (int depth = 0; name && depth < DEEPEST_SCRIPT && !host_program(host, name); depth++) {
		struct host_program *program = arena_append(
			arena, &host->programs, &host->program_count, sizeof(*program));
		host_look_at_program(name, search_path, search, program, arena);
		name = program->script;
	}
}

static void answer(struct host *host, const struct host_question *question,
	struct host_search **search, struct descriptor_heap *opened, struct arena *arena)
{
	switch (question->kind) {
	case HOST_ASK_USER:
		if (!host_user(host, question->name))
			host_look_up_user(question->name,
				arena_append(arena, &host->users, &host->user_count,
					sizeof(struct host_user)),
				arena);
		break;
	case HOST_ASK_GROUP:
		if (!host_group(host, question->name))
			host_look_up_group(question->name,
				arena_append(arena, &host->groups, &host->group_count,
					sizeof(struct host_group)),
				arena);
		break;
	case HOST_ASK_PATH:
		if (!host_path(host, question->name))
			host_look_at_path(question->name,
				arena_append(arena, &host->paths, &host->path_count,
					sizeof(struct host_path)),
				opened, arena);
		break;
	case HOST_ASK_PROGRAM:
		answer_program(host, question->name, question->search_path,
			search_of(search, arena), arena);
		break;
	case HOST_ASK_LOAD_FOLDER:
		if (!host_program(host, question->name))
			host_look_at_load_folder(question->name, search_of(search, arena),
				arena_append(arena, &host->programs, &host->program_count,
					sizeof(struct host_program)),
				arena);
		break;
	}
}

void host_answer(
	struct host *host, const struct host_question *questions, size_t count, struct arena *arena)
{
	struct descriptor_heap opened = {.count = 0};
	struct host_search *search = NULL;

	if (!host->index)
		host_index_new(host, arena);
	for (size_t i = 0; i < count; i++)
		answer(host, &questions[i], &search, &opened, arena);
	descriptor_heap_close(&opened);
}

/* A link that leads elsewhere has changed the folder that it lies in. */
static void add_links(struct host_witnesses *witnesses, const struct host_link *links, size_t count)
{
	for (size_t i = 0; i < count; i++)
		host_witness_add_folder(witnesses, links[i].path);
}

static void remember(const struct host *host, const struct host_question *questions, size_t count,
	struct host_search *search, struct arena *arena)
{
	struct host_witnesses *witnesses = host_search_witnesses(search);

	for (size_t i = 0; i < host->program_count; i++) {
		const struct host_program *program = &host->programs[i];

		add_links(witnesses, program->links, program->link_count);
		add_links(witnesses, program->library_links, program->library_link_count);
	}
	host_remember_programs(HOST_MEMORIES, host, questions, count, witnesses, arena);
}

void host_answer_once(
	struct host *host, const struct host_question *questions, size_t count, struct arena *arena)
{
	struct descriptor_heap opened = {.count = 0};
	struct host_search *search = NULL;
	const bool known = host_recall_programs(HOST_MEMORIES, host, questions, count, arena);

	if (!host->index)
		host_index_new(host, arena);
	for (size_t i = 0; i < count; i++)
		if (!known || !host_asks_program(&questions[i]))
			answer(host, &questions[i], &search, &opened, arena);
	descriptor_heap_close(&opened);
	if (search)
		remember(host, questions, count, search, arena);
}

const struct host_user *host_user(const struct host *host, const char *name)
{
	return host_index_find(host, HOST_USERS, name);
}

const struct host_group *host_group(const struct host *host, const char *name)
{
	return host_index_find(host, HOST_GROUPS, name);
}

const struct host_path *host_path(const struct host *host, const char *path)
{
	return host_index_find(host, HOST_PATHS, path);
}

const struct host_program *host_program(const struct host *host, const char *name)
{
	return host_index_find(host, HOST_PROGRAMS, name);
}

const struct host_id *host_id(const struct host *host, const char *name)
{
	return host_index_find(host, HOST_IDS, name);
}

bool host_has(const struct host *host, enum host_feature feature)
{
	return feature < host->feature_count && host->features[feature].state == HOST_YES;
}
