/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/map.h"
#include "policy/address.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"

/* Folders that hold more than one service's things: a socket folder must be its own. */
static const char *const shared_folders[] = {"/", "/run", "/tmp", "/var", "/var/run", "/etc",
	"/usr", "/srv", "/var/lib", "/dev", "/dev/shm", "/proc", "/run/secrets"};

static const char *folder_of(struct policy_reading *reading, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == path ? "/"
			     : arena_text_length(reading->arena, path, (size_t)(slash - path));
}

static void check_folder(struct policy_reading *reading, const struct policy_draft *draft,
	const struct policy_listen *listen)
{
	const char *folder = folder_of(reading, listen->path);
	const struct policy_draft *owner = map_find(reading->scratch, folder, strlen(folder));

	for (size_t i = 0; i < sizeof(shared_folders) / sizeof(shared_folders[0]); i++)
		if (strcmp(folder, shared_folders[i]) == 0)
			report_hint(reading->report,
				policy_error_at(reading, listen->where, 1,
					"socket '%s' needs a folder of its own", listen->path),
				"write /run/%s/%s", draft->service.name,
				strrchr(listen->path, '/') + 1);
	if (!owner) {
		*map_slot(reading->scratch, folder, strlen(folder)) = (void *)draft;
		return;
	}
	const struct policy_listen *first = owner->service.listens;
	while (!first->path || strcmp(folder_of(reading, first->path), folder) != 0)
		first++;
	if (owner != draft)
		report_other(policy_error_at(reading, listen->where, 1,
				     "'%s' and '%s' both have sockets in %s: one service for each "
				     "folder",
				     owner->service.name, draft->service.name, folder),
			first->where, "first given here");
	else if ((first->group || listen->group) &&
		 (!first->group || !listen->group || strcmp(first->group, listen->group) != 0))
		report_other(policy_error_at(reading, listen->where, 1,
				     "sockets in one folder have one group"),
			first->where, "another one is given here");
}

static const struct policy_publish *slot_door(
	struct policy_reading *reading, const char *key, const struct policy_publish *publish)
{
	void **slot = map_slot(reading->scratch, key, strlen(key));
	const struct policy_publish *first = *slot;

	if (!first)
		*slot = (void *)publish;
	return first;
}

static void check_door(struct policy_reading *reading, const struct policy_publish *publish)
{
	bool wide = strcmp(publish->address, "0.0.0.0") == 0 || strcmp(publish->address, "::") == 0;
	int family = strchr(publish->address, ':') ? 6 : 4;
	const char *any = arena_printf(
		reading->nodes, "any %d %d %u", family, publish->transport, publish->host_port);
	const char *all = arena_printf(
		reading->nodes, "all %d %d %u", family, publish->transport, publish->host_port);
	const char *one = arena_printf(reading->nodes, "%s %d %u", publish->address,
		publish->transport, publish->host_port);
	const struct policy_publish *same = slot_door(reading, one, publish);
	const struct policy_publish *first = slot_door(reading, any, publish);

	if (!same && wide)
		same = first;
	if (!same)
		same = map_find(reading->scratch, all, strlen(all));
	if (wide)
		slot_door(reading, all, publish);
	if (!same)
		return;
	report_other(policy_error_at(reading, publish->where, 1, "port %u of %s is published twice",
			     publish->host_port, publish->address),
		same->where, "first given here");
}

void policy_check_doors(struct policy_reading *reading)
{
	map_clear(reading->scratch);
	for (size_t i = 0; i < reading->draft_count; i++) {
		const struct policy_draft *draft = &reading->drafts[i];
		for (size_t j = 0; j < draft->service.listen_count; j++)
			if (draft->service.listens[j].path)
				check_folder(reading, draft, &draft->service.listens[j]);
	}
	map_clear(reading->scratch);
	for (size_t i = 0; i < reading->draft_count; i++)
		for (size_t j = 0; j < reading->drafts[i].service.publish_count; j++)
			check_door(reading, &reading->drafts[i].service.publishes[j]);
}

enum { NOT_VISITED, ON_THE_WAY, DONE };

/* @draft waits for @on, which waits for it: the step that @way took from there is the other end. */
static void refuse_circle(struct policy_reading *reading, const struct policy_draft *draft,
	const struct policy_text *on, struct policy_draft **way, const size_t *next)
{
	size_t first = 0;

	while (strcmp(way[first]->service.name, on->text) != 0)
		first++;
	report_other(policy_error_at(reading, on->where, (unsigned)strlen(on->text),
			     "'%s' and '%s' wait for each other", draft->service.name, on->text),
		way[first]->depends_on.items[next[first] - 1].where, "the circle begins here");
}

/* Depth first, with a stack of its own: a chain may be as long as the policy. */
static void follow_order(struct policy_reading *reading, struct policy_draft *start,
	struct policy_draft **way, size_t *next)
{
	size_t depth = 1;

	way[0] = start;
	next[0] = 0;
	start->visited = ON_THE_WAY;
	while (depth > 0) {
		struct policy_draft *draft = way[depth - 1];
		if (next[depth - 1] == draft->depends_on.count) {
			draft->visited = DONE;
			depth--;
			continue;
		}
		const struct policy_text *on = &draft->depends_on.items[next[depth - 1]++];
		struct policy_draft *other = policy_find_draft(reading, on->text);
		if (!other || other->visited == DONE)
			continue;
		if (other->visited == ON_THE_WAY) {
			refuse_circle(reading, draft, on, way, next);
			continue;
		}
		other->visited = ON_THE_WAY;
		way[depth] = other;
		next[depth++] = 0;
	}
}

static void check_names(struct policy_reading *reading, const struct policy_texts *names)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct policy_node at = {.where = names->items[i].where,
			.width = (uint16_t)(strlen(names->items[i].text) & 0xff)};
		if (!policy_find_draft(reading, names->items[i].text))
			policy_unknown_service(
				reading, &at, names->items[i].text, "unknown service");
	}
}

void policy_check_order(struct policy_reading *reading)
{
	struct policy_draft **way =
		arena_alloc(reading->nodes, (reading->draft_count + 1) * sizeof(*way));
	size_t *next = arena_alloc(reading->nodes, (reading->draft_count + 1) * sizeof(*next));

	for (size_t i = 0; i < reading->draft_count; i++) {
		check_names(reading, &reading->drafts[i].depends_on);
		check_names(reading, &reading->drafts[i].before);
	}
	for (size_t i = 0; i < reading->draft_count; i++)
		if (reading->drafts[i].visited == NOT_VISITED &&
			reading->drafts[i].depends_on.count)
			follow_order(reading, &reading->drafts[i], way, next);
}
