/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/alike.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/report.h"
#include "plan/planner.h"

enum { LONGEST = 4096 };

/* What is put below is all that the planner asks of these.  Who adds a field decides whether it
 * belongs to the likeness, and then its size here: two that differ in it would be judged as one. */
#ifdef __x86_64__
_Static_assert(sizeof(struct policy_service) == 856, "a field of services");
_Static_assert(sizeof(struct policy_life) == 280, "a field of a service's life");
_Static_assert(sizeof(struct policy_limits) == 120, "a limit");
_Static_assert(sizeof(struct policy_path) == 64, "a field of paths");
_Static_assert(sizeof(struct policy_listen) == 64, "a field of listens");
_Static_assert(sizeof(struct policy_connect) == 112, "a field of connects");
_Static_assert(sizeof(struct policy_program) == 32, "a field of programs");
_Static_assert(sizeof(struct policy_secret) == 40, "a field of secrets");
#endif

/* All that the planner asks of a service, put one after the other. */
struct likeness {
	char bytes[LONGEST];
	size_t length;
	bool whole; /* all of it had room, and nothing in it is the service's alone */
};

static void put(struct likeness *likeness, const void *bytes, size_t length)
{
	likeness->whole = likeness->whole && length <= sizeof(likeness->bytes) - likeness->length;
	if (!likeness->whole)
		return;
	memcpy(likeness->bytes + likeness->length, bytes, length);
	likeness->length += length;
}

static void put_number(struct likeness *likeness, uint64_t number)
{
	put(likeness, &number, sizeof(number));
}

static void put_text(struct likeness *likeness, const char *text)
{
	put(likeness, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* A list that is the role's own is the same array for all; what a service adds makes another. */
static void put_list(struct likeness *likeness, const void *items, size_t count)
{
	put_number(likeness, (uintptr_t)(count ? items : NULL));
	put_number(likeness, count);
}

static void put_texts(struct likeness *likeness, const struct policy_texts *texts)
{
	put_list(likeness, texts->items, texts->count);
}

/* By the program alone: no plan judges arguments. */
static void put_command(struct likeness *likeness, const struct policy_texts *command)
{
	put_text(likeness, command->count ? command->items[0].text : NULL);
}

static void put_programs(struct likeness *likeness, const struct policy_service *from)
{
	put_number(likeness, from->program_count);
	for (size_t i = 0; i < from->program_count; i++) {
		put_text(likeness, from->programs[i].path);
		put_number(likeness, from->programs[i].if_present);
	}
}

static void put_secrets(struct likeness *likeness, const struct policy_service *from)
{
	put_number(likeness, from->secret_count);
	for (size_t i = 0; i < from->secret_count; i++) {
		put_text(likeness, from->secrets[i].from);
		put_number(likeness, from->secrets[i].as_environment);
	}
}

static void put_files(struct likeness *likeness, const struct policy_service *from,
	const struct plan_service *service)
{
	bool writes = false;

	put_number(likeness, from->file_count);
	for (size_t i = 0; i < from->file_count; i++) {
		const struct policy_path *path = &from->files[i];

		/* What the role gave is the same text for all. */
		if (path->where.file == from->where.file)
			put_text(likeness, path->path);
		else
			put_number(likeness, (uintptr_t)path->path);
		put_number(likeness, (uint64_t)path->access | (uint64_t)path->create << 8 |
					     (uint64_t)path->if_present << 9 |
					     (uint64_t)path->mode << 16);
		put_number(likeness, path->memory);
		put_number(likeness, (uintptr_t)path->where.file);
		writes = writes || (path->access == POLICY_WRITE && !path->memory);
	}
	/* Whether it can write what is there depends on who it is. */
	if (writes)
		put_number(likeness, service->identity.uid);
}

/* Folders of sockets are found by the names of services. */
static void put_edges(
	struct likeness *likeness, const struct planner *planner, const struct policy_service *from)
{
	put_number(likeness, from->listen_count);
	for (size_t i = 0; i < from->listen_count; i++) {
		const struct policy_listen *listen = &from->listens[i];

		likeness->whole = likeness->whole && listen->transport != POLICY_UNIX;
		put_number(likeness, (uint64_t)listen->transport << 32 |
					     (uint64_t)listen->first << 16 | listen->last);
	}
	for (size_t i = 0; i < from->connect_count; i++) {
		const struct policy_connect *connect = &from->connects[i];
		size_t count;

		const struct plan_service *peers = plan_services_of(planner, connect->peer, &count);
		likeness->whole = likeness->whole && connect->transport != POLICY_UNIX &&
				  (!peers || !peers->instance);
		/* Who asks for names has the resolver in its view, and calls to ask it. */
		put_number(likeness, (uint64_t)connect->named << 8 | connect->transport);
	}
}

static void put_life(struct likeness *likeness, const struct policy_life *life)
{
	put_number(likeness, (uint64_t)life->job.kind << 16 | (uint64_t)life->ready.kind << 8 |
				     (uint64_t)life->healthy.kind);
	put_command(likeness, &life->ready.command);
	put_command(likeness, &life->healthy.command);
	put_command(likeness, &life->reload_command);
	put_number(likeness, life->reload_signal.value);
	/* It judges the environment. */
	likeness->whole = likeness->whole && life->ready.kind != POLICY_PROBE_NOTIFY;
}

static void put_limits(struct likeness *likeness, const struct policy_limits *limits)
{
	put_number(likeness, (uint64_t)(limits->memory.where.file != NULL) << 3 |
				     (uint64_t)(limits->processes.where.file != NULL) << 2 |
				     (uint64_t)(limits->cpu.where.file != NULL) << 1 |
				     (uint64_t)(limits->io.where.file != NULL));
}

static void put_service(struct likeness *likeness, const struct planner *planner,
	const struct policy_service *from, const struct plan_service *service)
{
	put_text(likeness, from->role.text);
	put_command(likeness, &from->command);
	put_text(likeness, from->user.text);
	put_text(likeness, from->group.text);
	put_text(likeness, from->workdir.text);
	put_texts(likeness, &from->groups);
	put_texts(likeness, &from->users);
	put_texts(likeness, &from->capabilities);
	put_texts(likeness, &from->allow);
	put_texts(likeness, &from->deny);
	put_texts(likeness, &from->accept_missing);
	put_list(likeness, from->expected, from->expected_count);
	put_list(likeness, from->after_ready, from->after_ready_count);
	put_programs(likeness, from);
	put_secrets(likeness, from);
	put_files(likeness, from, service);
	put_edges(likeness, planner, from);
	put_life(likeness, &from->life);
	put_limits(likeness, &from->limits);
	uint64_t audited = 0;
	for (int layer = 0; from->modes && layer < LAYER_COUNT; layer++)
		audited |= (uint64_t)from->modes[layer].audit << layer;
	put_number(likeness, audited);
}

/* What is planned before its parts stays its own. */
static void share(struct plan_service *service, const struct plan_service *other)
{
	const struct plan_service own = *service;

	*service = *other;
	service->name = own.name;
	service->base = own.base;
	service->role = own.role;
	service->instance = own.instance;
	service->where = own.where;
	service->identity = own.identity;
	service->audits = own.audits;
	service->accepted = own.accepted;
	service->listens = own.listens;
	service->listen_count = own.listen_count;
	service->linked = own.linked;
	service->default_route = own.default_route;
	service->link = own.link;
	service->address4 = own.address4;
	service->address6 = own.address6;
}

struct plan_alike {
	struct map *built; /* likeness to the first service of it that nothing was said of */
	struct likeness current;
	size_t said, gaps; /* before the current one is built */
};

struct plan_alike *plan_alike_new(struct arena *arena)
{
	struct plan_alike *alike = arena_alloc(arena, sizeof(*alike));

	alike->built = map_new(arena);
	return alike;
}

bool plan_alike_share(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan_alike *alike = planner->alike;

	if (!alike)
		return false;
	alike->current.length = 0;
	alike->current.whole = true;
	put_service(&alike->current, planner, from, service);
	report_entries(planner->report, &alike->said);
	alike->gaps = planner->plan->gap_count;
	const struct plan_service *other =
		alike->current.whole
			? map_find(alike->built, alike->current.bytes, alike->current.length)
			: NULL;
	if (other)
		share(service, other);
	return other != NULL;
}

/* As plan_report_gaps() does: of what is not required nothing is said. */
static bool gap_to_say(const struct plan *plan, size_t first)
{
	for (size_t i = first; i < plan->gap_count; i++)
		if (plan->gaps[i].required || plan->gaps[i].accepted)
			return true;
	return false;
}

void plan_alike_remember(struct planner *planner, const struct plan_service *service)
{
	struct plan_alike *alike = planner->alike;
	size_t said;

	if (!alike || !alike->current.whole)
		return;
	report_entries(planner->report, &said);
	if (said > alike->said || gap_to_say(planner->plan, alike->gaps))
		return;
	const char *key =
		arena_text_length(planner->arena, alike->current.bytes, alike->current.length);
	*map_slot(alike->built, key, alike->current.length) = (void *)service;
}
