/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/namespace.h"

#include <linux/sched.h>

static const struct catalog_namespace namespaces[] = {
	{"user", CLONE_NEWUSER, "user", "max_user_namespaces", "users, groups and capabilities",
		true},
	{"mount", CLONE_NEWNS, "mnt", "max_mnt_namespaces", "the tree of files", true},
	{"pid", CLONE_NEWPID, "pid", "max_pid_namespaces", "process numbers and signals", true},
	{"network", CLONE_NEWNET, "net", "max_net_namespaces",
		"interfaces, routes, ports and abstract sockets", true},
	{"ipc", CLONE_NEWIPC, "ipc", "max_ipc_namespaces", "System V objects and message queues",
		true},
	{"uts", CLONE_NEWUTS, "uts", "max_uts_namespaces", "the host's name", true},
	{"cgroup", CLONE_NEWCGROUP, "cgroup", "max_cgroup_namespaces", "the root of control groups",
		true},
	{"time", CLONE_NEWTIME, "time", "max_time_namespaces", "offsets of the monotonic clocks",
		false},
};

const struct catalog_namespace *catalog_namespaces(size_t *count)
{
	*count = sizeof(namespaces) / sizeof(namespaces[0]);
	return namespaces;
}
