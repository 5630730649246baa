/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/check.h"

#include <string.h>

#include "base/map.h"
#include "policy/draft.h"
#include "policy/reading.h"

enum { MOST_LISTENS = 256 };

/* Is @path itself or one of the folders above it in @map?  Its value. */
static void *find_above(const struct map *map, const char *path)
{
	for (size_t length = strlen(path); length > 0; length--)
		if (path[length] == '/' || path[length] == '\0') {
			void *found = map_find(map, path, length);
			if (found)
				return found;
		}
	return NULL;
}

static void add_place(struct map *map, const char *path, const struct where *where)
{
	void **slot = map_slot(map, path, strlen(path));

	if (!*slot)
		*slot = (void *)where;
}

static void refuse_writable(struct policy_reading *reading, const char *path,
	const struct where *where, const struct where *other, const char *what)
{
	struct report_entry *entry = policy_error_at(reading, *where, 1,
		"'%s' can be written and %s: a writable path is never loadable or executable", path,
		what);

	report_other(entry, *other,
		strcmp(what, "executed") == 0 ? "executed because of this"
					      : "loaded because of this");
	report_hint(reading->report, entry,
		"write to a folder that holds neither programs nor modules");
}

/*
 * A writable path above or below one that may be mapped or executed.  Both ways
 * by looking up folders, never pair by pair.
 */
static void check_write_execute(
	struct policy_reading *reading, const struct policy_service *service)
{
	struct map *map = reading->scratch;

	map_clear(map);
	for (size_t i = 0; i < service->file_count; i++)
		if (service->files[i].access == POLICY_WRITE)
			add_place(map, service->files[i].path, &service->files[i].where);
	if (map_count(map) == 0)
		return;
	for (size_t i = 0; i < service->file_count; i++) {
		const struct policy_path *file = &service->files[i];
		const struct where *found =
			file->access == POLICY_LOAD ? find_above(map, file->path) : NULL;
		if (found)
			refuse_writable(reading, file->path, found, &file->where, "loaded");
	}
	for (size_t i = 0; i < service->program_count; i++) {
		const struct where *found = find_above(map, service->programs[i].path);
		if (found)
			refuse_writable(reading, service->programs[i].path, found,
				&service->programs[i].where, "executed");
	}
	const struct policy_text *command = service->command.items;
	const struct where *found = service->command.count && command->text[0] == '/'
					    ? find_above(map, command->text)
					    : NULL;
	if (found)
		refuse_writable(reading, command->text, found, &command->where, "executed");
	map_clear(map);
	for (size_t i = 0; i < service->file_count; i++)
		if (service->files[i].access == POLICY_LOAD)
			add_place(map, service->files[i].path, &service->files[i].where);
	for (size_t i = 0; i < service->file_count && map_count(map); i++) {
		const struct policy_path *file = &service->files[i];
		const struct where *above =
			file->access == POLICY_WRITE ? find_above(map, file->path) : NULL;
		if (above && !map_find(map, file->path, strlen(file->path)))
			refuse_writable(reading, file->path, &file->where, above, "loaded");
	}
}

static const struct policy_secret *find_secret(
	const struct policy_service *service, const char *name, size_t length)
{
	for (size_t i = 0; i < service->secret_count; i++)
		if (strncmp(service->secrets[i].name, name, length) == 0 &&
			service->secrets[i].name[length] == '\0')
			return &service->secrets[i];
	return NULL;
}

/* ${secret:NAME} in a variable: only the service's own, only those `as: env`. */
static void check_secrets(struct policy_reading *reading, const struct policy_service *service,
	const struct policy_variable *variable)
{
	for (const char *at = variable->value; (at = strstr(at, "${secret:"));) {
		const char *name = at + 9, *close = strchr(name, '}');
		size_t length = close ? (size_t)(close - name) : strlen(name);
		const struct policy_secret *secret = find_secret(service, name, length);

		if (!secret) {
			report_hint(reading->report,
				policy_error_at(reading, variable->where, 1,
					"'%s' has no secret '%.*s'", service->name, (int)length,
					name),
				"give it to this service: secrets: {%.*s: {from: PATH, as: env}}",
				(int)length, name);
		} else if (!secret->as_environment) {
			struct report_entry *entry = policy_error_at(reading, variable->where, 1,
				"secret '%.*s' is a file, not part of the environment", (int)length,
				name);
			report_other(entry, secret->where, "given here");
			report_hint(
				reading->report, entry, "write {from: %s, as: env}", secret->from);
		}
		at = name + length;
	}
}

static void check_listens(struct policy_reading *reading, const struct policy_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct policy_listen *left = &service->listens[j];
			const struct policy_listen *right = &service->listens[i];
			if (left->transport != right->transport || left->path || right->path ||
				left->last < right->first || right->last < left->first)
				continue;
			report_other(
				policy_error_at(reading, right->where, 1,
					"port %u is listened on twice",
					left->first > right->first ? left->first : right->first),
				left->where, "first given here");
		}
}

static void check_published(struct policy_reading *reading, const struct policy_service *service,
	const struct policy_publish *publish)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == publish->transport &&
			service->listens[i].first <= publish->port &&
			service->listens[i].last >= publish->port)
			return;
	const char *form = publish->transport == POLICY_UDP ? "/udp" : "";
	struct report_entry *entry = policy_error_at(reading, publish->where, 1,
		"'%s' publishes port %u%s and does not listen on it", service->name, publish->port,
		form);
	if (service->listen_count)
		report_other(entry, service->listens[0].where, "it listens here");
	report_hint(reading->report, entry, "add listens: [%u%s]", publish->port, form);
}

void policy_check_service(struct policy_reading *reading, struct policy_draft *draft)
{
	const struct policy_service *service = &draft->service;

	if (service->command.count == 0 && !draft->incomplete)
		report_hint(reading->report,
			policy_error_at(reading, service->where, draft->name_width,
				"service '%s' has no command", service->name),
			"write command: PROGRAM ARGUMENTS");
	check_write_execute(reading, service);
	for (size_t i = 0; i < service->environment_count; i++)
		if (strchr(service->environment[i].value, '$'))
			check_secrets(reading, service, &service->environment[i]);
	if (service->listen_count > MOST_LISTENS)
		policy_error_at(reading, service->where, draft->name_width,
			"'%s' listens on more than %d things", service->name, MOST_LISTENS);
	else
		check_listens(reading, service);
	for (size_t i = 0; i < service->publish_count && service->listen_count <= MOST_LISTENS; i++)
		check_published(reading, service, &service->publishes[i]);
	policy_check_life(reading, service);
}
