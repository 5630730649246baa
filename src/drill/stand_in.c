/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "drill/world.h"
#include "plan/plan.h"

/* The system's own, which no service writes and no drill needs in another form. */
static bool is_system(const char *path)
{
	static const char *const system[] = {
		"/usr", "/lib", "/lib64", "/bin", "/sbin", "/dev", "/proc", "/sys"};

	for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		if (text_path_within(path, system[i]))
			return true;
	return text_equal(path, "/");
}

static bool is_data(const struct plan_node *node)
{
	if (node->kind != PLAN_BIND || node->device || node->executable)
		return false;
	return !node->read_only || !is_system(node->source);
}

static const char *place_of(const struct drill_world *world, const char *path)
{
	return arena_printf(world->arena, "%s%s", world->stand_ins.folder, path);
}

static int make_parents(const struct drill_world *world, const char *path)
{
	char *place = arena_text(world->arena, place_of(world, path));

	for (char *slash = strchr(place + strlen(world->scratch) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(place, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int make_file(const char *place)
{
	scoped(fd) int fd = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : descriptor_write(fd, "drill\n", 6);
}

/* As it is on the host; what a launch would make first, as that would make it. */
static int find(const struct plan_node *node, const char *path, struct stat *found)
{
	if (lstat(path, found) == 0)
		return 0;
	if (errno != ENOENT || !node || !node->create)
		return -errno;
	found->st_mode = (node->folder ? S_IFDIR : S_IFREG) | node->mode;
	found->st_uid = node->uid;
	found->st_gid = node->gid;
	return 0;
}

static int stand_in(struct drill_world *world, const struct plan_node *node, const char *path,
	struct where where, struct fault *why)
{
	struct stat found = {0};
	const char *place = place_of(world, path);

	if (enforce_stood_in(&world->stand_ins, path))
		return 0;
	/* Nobody can touch what is not there. */
	if (find(node, path, &found) < 0)
		return 0;
	if (!S_ISDIR(found.st_mode) && !S_ISREG(found.st_mode)) {
		fault_of(why, FAULT_USAGE, -EINVAL, where,
			"no scratch data can stand in for %s: it is no file or folder", path);
		fault_hint(why,
			"a layer is left off on scratch data alone: drill without --without and "
			"--depth, or take the path out of the policy that is drilled");
		return -EINVAL;
	}
	int error = make_parents(world, path);
	/* It may be there as the parent of another. */
	if (!error && S_ISDIR(found.st_mode))
		error = mkdir(place, 0700) < 0 && errno != EEXIST ? -errno : 0;
	else if (!error)
		error = make_file(place);
	if (!error && (chown(place, found.st_uid, found.st_gid) < 0 ||
			      chmod(place, found.st_mode & 07777) < 0))
		error = -errno;
	if (error)
		return fault(why, error, where, "cannot make scratch data for %s", path);
	const char **next = arena_append(world->arena, &world->stand_ins.paths,
		&world->stand_ins.count, sizeof(*world->stand_ins.paths));
	*next = path;
	return 0;
}

int drill_make_stand_ins(struct drill_world *world, struct fault *why)
{
	const struct plan *plan = world->plan;
	int error = 0;

	world->stand_ins.folder = arena_printf(world->arena, "%s/data", world->scratch);
	for (size_t i = 0; i < plan->service_count && !error; i++) {
		const struct plan_service *service = &plan->services[i];

		for (size_t j = 0; j < service->node_count && !error; j++)
			if (is_data(&service->nodes[j]))
				error = stand_in(world, &service->nodes[j],
					service->nodes[j].source, service->nodes[j].where, why);
		for (size_t j = 0; j < service->secret_count && !error; j++)
			error = stand_in(world, NULL, service->secrets[j].source,
				service->secrets[j].where, why);
	}
	if (!error && mkdir(world->stand_ins.folder, 0755) < 0 && errno != EEXIST)
		error = fault(why, -errno, plan->where, "cannot make scratch data");
	/* A folder before what lies in it. */
	if (world->stand_ins.count)
		qsort(world->stand_ins.paths, world->stand_ins.count,
			sizeof(*world->stand_ins.paths), text_compare);
	return error;
}

void drill_clear_folder(int folder)
{
	scoped(dir) DIR *entries = descriptor_entries(fcntl(folder, F_DUPFD_CLOEXEC, 0));

	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));) {
		const char *name = entry->d_name;

		if (text_equal(name, ".") || text_equal(name, "..") ||
			unlinkat(folder, name, 0) == 0)
			continue;
		scoped(fd) int below =
			openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			drill_clear_folder(below);
		unlinkat(folder, name, AT_REMOVEDIR);
	}
}
