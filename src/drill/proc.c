/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: reading and setting the kernel by /proc and /sys.  What could do harm is only
 * opened for writing, never written. */
#include <stddef.h>
#include <sys/statfs.h>

#include "drill/call.h"

enum { READ_ONLY = 1 }; /* ST_RDONLY */

static int open_sysrq(struct drill_context *context)
{
	return drill_open(context, "/proc/sysrq-trigger", O_WRONLY);
}

static int open_core_pattern(struct drill_context *context)
{
	return drill_open(context, "/proc/sys/kernel/core_pattern", O_WRONLY);
}

static int open_module_path(struct drill_context *context)
{
	return drill_open(context, "/proc/sys/kernel/modprobe", O_WRONLY);
}

static int open_forwarding(struct drill_context *context)
{
	return drill_open(context, "/proc/sys/net/ipv4/ip_forward", O_WRONLY);
}

static int open_overcommit(struct drill_context *context)
{
	return drill_open(context, "/proc/sys/vm/overcommit_memory", O_WRONLY);
}

/* What runs for every file of a kind, with the privileges of its owner. */
static int open_interpreters(struct drill_context *context)
{
	return drill_open(context, "/proc/sys/fs/binfmt_misc/register", O_WRONLY);
}

/* CVE-2022-0492: what root runs when a group of processes is empty, in the older hierarchies. */
static int open_release_agent(struct drill_context *context)
{
	static const char *const paths[] = {"/sys/fs/cgroup/release_agent",
		"/sys/fs/cgroup/memory/release_agent", "/sys/fs/cgroup/pids/release_agent",
		"/sys/fs/cgroup/systemd/release_agent", "/sys/fs/cgroup/rdma/release_agent"};
	int error = -ENOENT;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && error == -ENOENT; i++)
		error = drill_open(context, paths[i], O_WRONLY);
	return error;
}

/* What root runs for every device that comes. */
static int open_event_helper(struct drill_context *context)
{
	return drill_open(context, "/sys/kernel/uevent_helper", O_WRONLY);
}

/* CVE-2019-5736: the program that runs it, which root will run again.  Busy means that nothing
 * but its running forbids it, or a mount that the kernel looks at last. */
static int rewrite_program(struct drill_context *context, const char *path)
{
	int error = drill_open(context, path, O_WRONLY);
	struct statfs place;

	if (error != -ETXTBSY)
		return error;
	if (syscall(SYS_statfs, path, &place) < 0)
		return DRILL_NOT_APPLICABLE;
	return place.f_flags & READ_ONLY ? -EROFS : 0;
}

static int rewrite_itself(struct drill_context *context)
{
	return rewrite_program(context, "/proc/self/exe");
}

static int rewrite_launcher(struct drill_context *context)
{
	return rewrite_program(context, "/proc/1/exe");
}

static int read_symbols(struct drill_context *context)
{
	return drill_read(context, "/proc/kallsyms");
}

static int read_memory_map(struct drill_context *context)
{
	return drill_read(context, "/proc/iomem");
}

static int read_keys(struct drill_context *context)
{
	return drill_read(context, "/proc/keys");
}

static int read_command_line(struct drill_context *context)
{
	return drill_read(context, "/proc/cmdline");
}

static int enter_init_root(struct drill_context *context)
{
	return drill_open(context, "/proc/1/root/etc", O_RDONLY | O_DIRECTORY);
}

static int open_id_map(struct drill_context *context)
{
	return drill_open(context, "/proc/self/uid_map", O_WRONLY);
}

static int open_kill_score(struct drill_context *context)
{
	return drill_open(context, "/proc/self/oom_score_adj", O_WRONLY);
}

static int list_kernel(struct drill_context *context)
{
	return drill_open(context, "/sys/kernel", O_RDONLY | O_DIRECTORY);
}

static int list_cgroups(struct drill_context *context)
{
	return drill_open(context, "/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);
}

const struct drill_attempt drill_proc[] = {
	{"open-sysrq", "open the switch that kills the machine", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_sysrq},
	{"open-core-pattern", "open what runs as root when a program crashes", DRILL_NOTHING,
		DRILL_PATH, LAYER_VIEW, false, open_core_pattern},
	{"open-module-path", "open what runs as root to load a module", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_module_path},
	{"open-forwarding", "open the switch that makes a router", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_forwarding},
	{"open-overcommit", "open a setting of the host's memory", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_overcommit},
	{"open-interpreters", "open what chooses interpreters of programs", DRILL_NOTHING,
		DRILL_PATH, LAYER_VIEW, false, open_interpreters},
	{"open-release-agent", "open what root runs when a group ends", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_release_agent},
	{"open-event-helper", "open what root runs for devices", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_event_helper},
	{"rewrite-itself", "write to its own program", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		rewrite_itself},
	{"rewrite-launcher", "write to the program that launched it", DRILL_FIRST_PROCESS,
		DRILL_PATH, LAYER_IDENTITY, false, rewrite_launcher},
	{"read-symbols", "read the addresses of the kernel", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, read_symbols},
	{"read-memory-map", "read where memory and devices lie", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, read_memory_map},
	{"read-keys", "read the list of keys", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		read_keys},
	{"read-command-line", "read how the kernel was started", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, read_command_line},
	{"enter-init-root", "list files through the root of the first process", DRILL_FIRST_PROCESS,
		DRILL_PATH, LAYER_IDENTITY, false, enter_init_root},
	{"open-id-map", "open its own map of users for writing", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_id_map},
	{"open-kill-score", "open its own score for the memory killer", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_kill_score},
	{"list-kernel", "list /sys/kernel", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		list_kernel},
	{"list-cgroups", "list the control groups of the host", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, list_cgroups},
};
DRILL_COUNT(proc);
