/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

enum { LONGEST_NUMBER = 32 };

struct disks {
	struct arena *arena;
	const char **numbers; /* "8:0" */
	size_t count;
};

/* The number of the whole disk that holds @device, as sysfs prints it; NULL: it is on none. */
static const char *disk_of(struct arena *arena, dev_t device)
{
	const char *text = NULL;
	const char *partition =
		arena_printf(arena, "/sys/dev/block/%u:%u/partition", major(device), minor(device));
	const char *number = arena_printf(arena, "/sys/dev/block/%u:%u/%s", major(device),
		minor(device), access(partition, F_OK) == 0 ? "../dev" : "dev");

	if (descriptor_read(AT_FDCWD, number, LONGEST_NUMBER, arena, &text) <= 0)
		return NULL;
	return arena_text_length(arena, text, strcspn(text, "\n"));
}

static void remember(struct disks *disks, const char *number)
{
	for (size_t i = 0; i < disks->count; i++)
		if (strcmp(disks->numbers[i], number) == 0)
			return;
	const char **next =
		arena_append(disks->arena, &disks->numbers, &disks->count, sizeof(*next));
	*next = number;
}

static bool in_memory(int source)
{
	struct statfs status;

	return fstatfs(source, &status) == 0 &&
	       (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC);
}

/* A path that the service writes must lie where its limit holds, or in memory. */
static int add_disk(struct disks *disks, const struct plan_node *node, int source,
	const struct plan_cgroup_limit *limit, struct fault *why)
{
	struct stat status;

	if (node->kind != PLAN_BIND || node->device || source < 0)
		return 0;
	if (fstat(source, &status) < 0)
		return fault(why, -errno, limit->where, "cannot tell the disk of %s", node->source);
	const char *number = disk_of(disks->arena, status.st_dev);
	if (number)
		remember(disks, number);
	else if (!node->read_only && !in_memory(source))
		return fault_of(why, FAULT_UNSUPPORTED, -ENODEV, limit->where,
			"%s lies on no disk that the kernel can limit", node->source);
	return 0;
}

static int limit_disks(
	struct enforce_launch *launch, const struct plan_cgroup_limit *limit, struct fault *why)
{
	const struct plan_service *service = launch->service;
	struct disks disks = {.arena = launch->arena};

	for (size_t i = 0; i < service->node_count; i++) {
		int error = add_disk(&disks, &service->nodes[i], launch->sources[i], limit, why);

		if (error < 0)
			return error;
	}
	if (disks.count == 0)
		return fault_of(why, FAULT_UNSUPPORTED, -ENODEV, limit->where,
			"nothing that '%s' uses lies on a disk that the kernel can limit",
			service->name);
	for (size_t i = 0; i < disks.count; i++) {
		int error = enforce_cgroup_limit(launch->cgroup, limit->file,
			arena_printf(launch->arena, "%s %s", disks.numbers[i], limit->value));

		if (error < 0)
			return fault(why, error, limit->where, "cannot limit disk %s for '%s'",
				disks.numbers[i], service->name);
	}
	return 0;
}

int enforce_limit_disks(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	/* Stand-ins lie on another disk, or on none. */
	for (size_t i = 0; i < service->cgroup_limit_count && !launch->stand_ins; i++) {
		const struct plan_cgroup_limit *limit = &service->cgroup_limits[i];
		int error = enforce_limits_disks(limit) ? limit_disks(launch, limit, why) : 0;

		if (error < 0)
			return error;
	}
	return 0;
}
