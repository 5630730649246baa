/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/library.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/elf.h"
#include "host/folders.h"
#include "host/host.h"
#include "host/witness.h"

enum { MOST_OBJECTS = 4096 };

/* A library file that has been looked at, under the name by which it was found. */
struct known {
	const char *path;
	const char *resolved;
	struct host_elf elf;
	int error; /* it is there but cannot be used */
};

struct host_search {
	struct arena *arena;
	struct host_witnesses witnesses;
	const char **folders;
	size_t folder_count;
	struct known **known;
	size_t known_count;
	struct map *variants; /* folders by name: the search, if it has some, or anything else */
};

/* A library of a closure, and who asked for it: DT_RPATH is inherited. */
struct host_object {
	const char *name; /* as it was asked for */
	const struct known *file;
	const struct host_object *loader;
	struct known own; /* of the program itself */
};

/* glibc opens these by itself, when a thread ends by pthread_exit() or is cancelled. */
static const struct {
	const char *with, *needs;
} by_glibc[] = {{"libc.so.6", "libgcc_s.so.1"}};

/* Faster variants of a library, which the loader prefers where they are. */
static const char *const variants[] = {
	"glibc-hwcaps/x86-64-v4", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2"};

struct host_search *host_search_new(struct arena *arena)
{
	struct host_search *search = arena_alloc(arena, sizeof(*search));

	search->arena = search->witnesses.arena = arena;
	search->variants = map_new(arena);
	search->folders = host_library_folders(&search->witnesses, &search->folder_count);
	return search;
}

struct host_witnesses *host_search_witnesses(struct host_search *search)
{
	return &search->witnesses;
}

/* The file at @path, read once; NULL when there is none or it is for another machine. */
static const struct known *look(struct host_search *search, const char *path)
{
	char resolved[PATH_MAX];
	const char *why;

	for (size_t i = 0; i < search->known_count; i++)
		if (text_equal(search->known[i]->path, path))
			return search->known[i]->error == -EBADMSG ? NULL : search->known[i];
	host_witness_add_folder(&search->witnesses, path);
	/* A FIFO in a library folder must not hold us up. */
	scoped(fd) int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		host_witness_add(&search->witnesses, path);
	if (fd < 0 || !realpath(path, resolved))
		return NULL;
	struct known *known = arena_alloc(search->arena, sizeof(*known));
	known->error = host_read_elf(fd, search->arena, &known->elf, &why);
	if (known->error < 0)
		return NULL;
	known->path = arena_text(search->arena, path);
	known->resolved = arena_text(search->arena, resolved);
	*(struct known **)arena_append(search->arena, &search->known, &search->known_count,
		sizeof(struct known *)) = known;
	return known;
}

static const struct known *look_in(struct host_search *search, const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return NULL;
	return look(search, path);
}

/* Look in each folder of a DT_RPATH or DT_RUNPATH of the file @of. */
static const struct known *look_along(
	struct host_search *search, const char *paths, const char *of, const char *name)
{
	char folder[PATH_MAX];

	while (paths && *paths) {
		size_t length = strcspn(paths, ":");
		const struct known *found = NULL;
		if (host_expand_folder(paths, length, of, folder, sizeof(folder)))
			found = look_in(search, folder, name);
		if (found)
			return found;
		paths += length + (paths[length] == ':');
	}
	return NULL;
}

static const struct known *find(
	struct host_search *search, const struct host_object *object, const char *name)
{
	const struct known *found = NULL;
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return host_expand_folder(
			       name, strlen(name), object->file->path, path, sizeof(path))
			       ? look(search, path)
			       : NULL;
	if (!object->file->elf.runpath)
		for (const struct host_object *up = object; up && !found; up = up->loader)
			found = look_along(search, up->file->elf.rpath, up->file->path, name);
	if (!found)
		found = look_along(search, object->file->elf.runpath, object->file->path, name);
	for (size_t i = 0; i < search->folder_count && !found; i++)
		found = look_in(search, search->folders[i], name);
	return found;
}

static int add_object(struct host_closure *closure, const struct known *file, const char *name,
	const struct host_object *loader, const char **why)
{
	struct arena *arena = closure->search->arena;

	for (size_t i = 0; i < closure->object_count; i++)
		if (closure->objects[i]->file == file)
			return 0;
	host_links_along(&closure->links, file->path);
	if (closure->object_count >= MOST_OBJECTS) {
		*why = "needs too many libraries";
		return -E2BIG;
	}
	struct host_object *object = arena_alloc(arena, sizeof(*object));
	object->name = name;
	object->file = file;
	object->loader = loader;
	*(struct host_object **)arena_append(arena, &closure->objects, &closure->object_count,
		sizeof(struct host_object *)) = object;
	return 0;
}

/* One look for all libraries of a folder: few have any. */
static bool has_variants(struct host_search *search, const char *path)
{
	const size_t length = (size_t)(strrchr(path, '/') - path);
	const char *folder = arena_printf(search->arena, "%.*s/glibc-hwcaps", (int)length, path);
	void **known = map_slot(search->variants, folder, strlen(folder));

	if (!*known)
		*known = access(folder, F_OK) == 0 ? search : (void *)folder;
	return *known == search;
}

/* The variants that lie beside @file in @file's folder. */
static int add_variants(struct host_closure *closure, const struct known *file, const char *name,
	const struct host_object *loader, const char **why)
{
	char folder[PATH_MAX];
	int error = 0;

	if (!has_variants(closure->search, file->path))
		return 0;
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]) && error == 0; i++) {
		int length = (int)(strrchr(file->path, '/') - file->path);
		if (snprintf(folder, sizeof(folder), "%.*s/%s", length, file->path, variants[i]) >=
			(int)sizeof(folder))
			continue;
		const struct known *variant = look_in(closure->search, folder, name);
		if (variant)
			error = add_object(closure, variant, name, loader, why);
	}
	return error;
}

/* The loader takes a library of that name that it has, but a DT_RUNPATH may know another. */
static bool loaded(
	const struct host_closure *closure, const struct host_object *object, const char *name)
{
	if (object->file->elf.rpath || object->file->elf.runpath)
		return false;
	for (size_t i = 0; i < closure->object_count; i++)
		if (text_equal(closure->objects[i]->name, name))
			return true;
	return false;
}

static int add_needed(struct host_closure *closure, const struct host_object *object,
	const char *name, bool optional, const char **why)
{
	struct arena *arena = closure->search->arena;

	if (loaded(closure, object, name))
		return 0;
	const struct known *file = find(closure->search, object, name);
	if (!file && (optional || closure->partial))
		return 0;
	if (!file) {
		*why = arena_printf(arena, "%s needs the library %s, which is not on this machine",
			object->file->path, name);
		return -ENOENT;
	}
	int error = add_object(closure, file, name, object, why);
	return error < 0 ? error : add_variants(closure, file, name, object, why);
}

static int add_all_needed(
	struct host_closure *closure, const struct host_object *object, const char **why)
{
	const struct host_elf *elf = &object->file->elf;
	int error = 0;

	for (size_t i = 0; i < elf->needed_count && error == 0; i++) {
		error = add_needed(closure, object, elf->needed[i], false, why);
		for (size_t j = 0; j < sizeof(by_glibc) / sizeof(by_glibc[0]) && error == 0; j++)
			if (text_equal(elf->needed[i], by_glibc[j].with))
				error = add_needed(closure, object, by_glibc[j].needs, true, why);
	}
	return error;
}

int host_closure_add(struct host_closure *closure, const char *path, const struct host_elf *elf,
	const char **why)
{
	struct arena *arena = closure->search->arena;
	struct host_object *program = arena_alloc(arena, sizeof(*program));
	size_t next = closure->object_count;

	closure->links.arena = arena;
	program->own = (struct known){.path = path, .resolved = path, .elf = *elf};
	program->file = &program->own;
	if (elf->interpreter) {
		const struct known *loader = look(closure->search, elf->interpreter);
		if (!loader) {
			*why = arena_printf(
				arena, "its loader %s is not on this machine", elf->interpreter);
			return -ENOENT;
		}
		int error = add_object(closure, loader, elf->interpreter, program, why);
		if (error < 0)
			return error;
	}
	int error = add_all_needed(closure, program, why);
	/* The list grows while it is walked: breadth first, as the loader does. */
	for (; next < closure->object_count && error == 0; next++)
		error = add_all_needed(closure, closure->objects[next], why);
	return error;
}

static int compare_links(const void *left, const void *right)
{
	const struct host_link *first = left, *second = right;

	return strcmp(first->path, second->path);
}

/* One file may have been found under two names. */
static bool listed(const struct host_program *program, const char *resolved)
{
	for (size_t i = 0; i < program->library_count; i++)
		if (text_equal(program->libraries[i], resolved))
			return true;
	return false;
}

void host_closure_finish(
	const struct host_closure *closure, const char *except, struct host_program *program)
{
	struct arena *arena = closure->search->arena;

	for (size_t i = 0; i < closure->object_count; i++) {
		const char *resolved = closure->objects[i]->file->resolved;
		if ((except && text_path_within(resolved, except)) || listed(program, resolved))
			continue;
		*(const char **)arena_append(arena, &program->libraries, &program->library_count,
			sizeof(char *)) = resolved;
	}
	for (size_t i = 0; i < closure->links.count; i++) {
		if (except && text_path_within(closure->links.items[i].path, except))
			continue;
		*(struct host_link *)arena_append(arena, &program->library_links,
			&program->library_link_count, sizeof(struct host_link)) =
			closure->links.items[i];
	}
	if (program->library_count)
		qsort(program->libraries, program->library_count, sizeof(char *), text_compare);
	if (program->library_link_count)
		qsort(program->library_links, program->library_link_count, sizeof(struct host_link),
			compare_links);
}
