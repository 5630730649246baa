/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: reading and setting the kernel by /proc and /sys.  What could do harm is only
 * opened for writing, never written. */
#include "drill/call.h"

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
