/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/map.h"
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
