/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "enforce/landlock_abi.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/stand_in.h"
#include "plan/plan.h"

/* Without a view: what stands in for the host's data at @path of it, which has its rules; -1: it is
 * no data. */
static int open_stand_in(struct enforce_launch *launch, const char *path)
{
	const struct enforce_stand_ins *stand_ins = launch->stand_ins;

	for (size_t i = 0; i < launch->service->node_count; i++) {
		const struct plan_node *node = &launch->service->nodes[i];

		if (node->kind == PLAN_BIND && strcmp(node->target, path) == 0 &&
			enforce_stood_in(stand_ins, node->source))
			return open(arena_printf(
					    launch->arena, "%s%s", stand_ins->folder, node->source),
				O_PATH | O_NOFOLLOW | O_CLOEXEC);
	}
	return -1;
}

/*
 * The descriptor that the mount was made from, or for what was made in the root
 * the path there: nothing that others could have changed is opened by name.
 */
static int open_beneath(struct enforce_launch *launch, const struct plan_beneath *beneath)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH,
	};

	for (size_t i = 0; i < launch->service->node_count; i++)
		if (launch->sources[i] >= 0 &&
			strcmp(launch->service->nodes[i].target, beneath->path) == 0)
			return launch->sources[i];
	if (launch->stand_ins && enforce_leaves_out(launch, LAYER_VIEW)) {
		int stand_in = open_stand_in(launch, beneath->path);

		if (stand_in >= 0)
			return stand_in;
	}
	const char *path = beneath->path[1] ? beneath->path + 1 : ".";
	int fd = (int)syscall(SYS_openat2, launch->root, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

static int allow_beneath(
	struct enforce_launch *launch, const struct plan_beneath *beneath, struct fault *why)
{
	int fd = open_beneath(launch, beneath);

	/* Of the host's tree, when the view is left out, not everything is there. */
	if (fd < 0 && enforce_leaves_out(launch, LAYER_VIEW))
		return 0;
	if (fd < 0)
		return fault(why, fd, beneath->where, "cannot open %s", beneath->path);
	struct landlock_beneath rule = {.access = beneath->access, .parent = fd};
	/* The descriptor goes with all others, when the init closes what it does not need. */
	int error = landlock_add(launch->ruleset, LANDLOCK_BENEATH, &rule) < 0 ? -errno : 0;
	if (error < 0)
		return fault(why, error, beneath->where, "cannot allow %s", beneath->path);
	return 0;
}

static int allow_brought(struct enforce_launch *launch, struct fault *why)
{
	struct landlock_beneath rule = {
		.access = CATALOG_LANDLOCK_EXECUTE | CATALOG_LANDLOCK_READ_FILE,
		.parent = launch->bring_tree,
	};

	if (launch->bring_tree < 0 || landlock_add(launch->ruleset, LANDLOCK_BENEATH, &rule) == 0)
		return 0;
	return fault(why, -errno, launch->service->where, "cannot allow %s", launch->bring);
}

/* Before the old root goes; entered by the service alone, as the init stays outside. */
int enforce_make_ruleset(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_landlock *landlock = &launch->service->landlock;
	struct landlock_domain domain = {
		landlock->handled_files, landlock->handled_net, landlock->scoped};
	int error = 0;

	if (!landlock->used)
		return 0;
	launch->ruleset = landlock_create(&domain, landlock->abi);
	if (launch->ruleset < 0)
		return fault(why, -errno, launch->service->where, "cannot make a Landlock ruleset");
	for (size_t i = 0; error == 0 && i < landlock->beneath_count; i++)
		error = allow_beneath(launch, &landlock->beneath[i], why);
	for (size_t i = 0; error == 0 && i < landlock->port_count; i++) {
		struct landlock_port rule = {landlock->ports[i].access, landlock->ports[i].port};

		if (landlock_add(launch->ruleset, LANDLOCK_PORT, &rule) < 0)
			error = fault(why, -errno, landlock->ports[i].where, "cannot allow port %u",
				landlock->ports[i].port);
	}
	return error < 0 ? error : allow_brought(launch, why);
}

int enforce_enter_domain(struct enforce_launch *launch, struct fault *why)
{
	if (launch->ruleset < 0)
		return 0;
	if (landlock_enter(launch->ruleset) < 0)
		return fault(why, -errno, launch->service->where, "cannot enter the domain");
	return 0;
}
