/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_door_connect.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/network_door_program.h"
#include "enforce/program.h"
#include "plan/plan.h"

enum { HOOKS = 2, NAME = 16 };
static const int hooks[HOOKS] = {BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT};

/* No two stacks of a machine have the same; of letters that such a name may have. */
static void name_of(const char *stack, char name[NAME])
{
	snprintf(name, NAME, "bh_%08" PRIx32, plan_stack_hash(stack));
}

/* Of the caller's network namespace, since Linux 5.14 (SO_NETNS_COOKIE). */
static int read_cookie(uint64_t *cookie)
{
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*cookie);

	if (fd < 0)
		return -errno;
	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &length) < 0 ? -errno : 0;
}

/* The program's descriptor, which the caller closes, or -errno. */
static int load(const struct plan *plan, int hook, const char *name)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena};
	uint64_t network;
	int error = read_cookie(&network);

	if (error < 0)
		return error;
	enforce_door_program(&program, plan, network, hook);
	return enforce_program_load(&program, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, hook, name);
}

/* Everybody's cgroup. */
static int open_root(struct fault *why)
{
	const char *path = enforce_cgroup_root();
	int root = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return root < 0 ? fault(why, path ? -errno : -ENODEV, (struct where){0},
				  "cannot open the root of the cgroups")
			: root;
}

int enforce_door_connect(const struct plan *plan, struct fault *why)
{
	struct where where = plan->network.door_where;
	char name[NAME];
	scoped(fd) int root = open_root(why);
	int error = root < 0 ? root : 0;

	name_of(plan->stack, name);
	for (size_t i = 0; error >= 0 && i < HOOKS; i++) {
		scoped(fd) int program = load(plan, hooks[i], name);

		error = program < 0 ? program : enforce_program_join(root, program, hooks[i], name);
		if (error < 0)
			fault(why, error, where,
				"cannot lead connections of this machine to the stack");
	}
	return error;
}

int enforce_door_connect_away(const char *stack, struct fault *why)
{
	char name[NAME];
	scoped(fd) int root = open_root(why);
	int error = root < 0 ? root : 0;

	name_of(stack, name);
	for (size_t i = 0; error >= 0 && i < HOOKS; i++)
		error = enforce_program_leave(root, hooks[i], name);
	return error < 0
		       ? fault(why, error, (struct where){0},
				 "cannot take away the program that leads connections to %s", stack)
		       : 0;
}

int enforce_door_connect_verify(const struct plan *plan, struct fault *why)
{
	char name[NAME];
	scoped(fd) int root = open_root(why);

	name_of(plan->stack, name);
	for (size_t i = 0; root >= 0 && i < HOOKS; i++) {
		scoped(fd) int program = load(plan, hooks[i], name);

		if (program < 0)
			return fault(why, program, plan->network.door_where,
				"cannot load the program that leads connections to the stack");
		if (!enforce_program_joined(root, program, hooks[i], name)) {
			fault(why, -ESTALE, plan->network.door_where,
				"connections of this machine are not led to the stack as planned");
			return 1;
		}
	}
	return root < 0 ? root : 0;
}
