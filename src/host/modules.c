/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/elf.h"
#include "host/host.h"
#include "host/library.h"
#include "host/link.h"
#include "host/program.h"
#include "host/witness.h"

/* A node_modules folder is large and deep; beyond this it is not one. */
enum { DEEPEST_FOLDER = 40, MOST_FILES = 500000 };

struct visit {
	struct host_closure closure;
	struct arena *arena;
	size_t files;
	const char *why;
};

/* Could this be a library?  "x.so", "x.so.6", "x.node", and what a policy names itself. */
static bool named_like_library(const char *name)
{
	const char *so = strstr(name, ".so");
	size_t length = strlen(name);

	if (so && (so[3] == '\0' || so[3] == '.'))
		return true;
	return length > 5 && text_equal(name + length - 5, ".node");
}

static int visit_file(struct visit *visit, int folder, const char *name, const char *path)
{
	struct host_elf elf;
	const char *ignored;

	host_witness_add(host_search_witnesses(visit->closure.search), path);
	scoped(fd) int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* Modules for other machines and text files called .so are usual in node_modules. */
	if (fd < 0 || host_read_elf(fd, visit->arena, &elf, &ignored) < 0)
		return 0;
	return host_closure_add(&visit->closure, path, &elf, &visit->why);
}

static int visit_folder(struct visit *visit, int fd, const char *path, unsigned depth);

static int visit_entry(struct visit *visit, int folder, const struct dirent *entry,
	const char *path, unsigned depth)
{
	char below[PATH_MAX];
	const char *name = entry->d_name;
	struct stat status;
	bool directory = entry->d_type == DT_DIR;

	if (text_equal(name, ".") || text_equal(name, ".."))
		return 0;
	if (++visit->files > MOST_FILES || depth > DEEPEST_FOLDER) {
		visit->why = "it holds too many files";
		return -E2BIG;
	}
	if (entry->d_type == DT_UNKNOWN)
		directory = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
			    S_ISDIR(status.st_mode);
	if (!directory && !named_like_library(name))
		return 0;
	if (snprintf(below, sizeof(below), "%s/%s", path, name) >= (int)sizeof(below))
		return 0;
	const char *kept = arena_text(visit->arena, below);
	if (!directory)
		return visit_file(visit, folder, name, kept);
	scoped(fd) int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? 0 : visit_folder(visit, take_fd(&fd), kept, depth + 1);
}

/* Takes @fd. */
static int visit_folder(struct visit *visit, int fd, const char *path, unsigned depth)
{
	scoped(dir) DIR *dir = descriptor_entries(fd);
	const struct dirent *entry;
	int error = 0;

	host_witness_add(host_search_witnesses(visit->closure.search), path);
	if (!dir)
		return 0;
	while (error == 0 && (entry = readdir(dir)))
		error = visit_entry(visit, dirfd(dir), entry, path, depth);
	return error;
}

static int visit_top(struct visit *visit, int fd, const char *path)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode)) {
		int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return again < 0 ? -errno : visit_folder(visit, again, path, 0);
	}
	return visit_file(visit, AT_FDCWD, path, path);
}

void host_look_at_load_folder(const char *name, struct host_search *search,
	struct host_program *program, struct arena *arena)
{
	struct visit visit = {.closure = {.search = search, .partial = true}, .arena = arena};
	struct host_links links = {.arena = arena};
	char resolved[PATH_MAX];

	program->name = arena_text(arena, name);
	host_witness_add(host_search_witnesses(search), name);
	scoped(fd) int fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || !realpath(name, resolved) || host_links_along(&links, name) < 0) {
		program->error = arena_printf(arena, "%s: %s", name, strerror(errno));
		return;
	}
	program->path = program->name;
	program->resolved = arena_text(arena, resolved);
	program->links = links.items;
	program->link_count = links.count;
	int error = visit_top(&visit, fd, program->resolved);
	if (error < 0) {
		program->error = arena_printf(
			arena, "%s: %s", name, visit.why ? visit.why : strerror(-error));
		return;
	}
	host_closure_finish(&visit.closure, program->resolved, program);
	program->found = true;
}
