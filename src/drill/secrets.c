/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: reading what others must keep. */
#include "drill/call.h"

/* "/proc/@pid/@entry" in @path; the pid has at most 10 digits. */
static void process_path(char path[static 64], const char *pid, const char *entry)
{
	size_t length = 0;

	for (const char *part = "/proc/"; *part; part++)
		path[length++] = *part;
	for (const char *part = pid; *part && length < 20; part++)
		path[length++] = *part;
	path[length++] = '/';
	for (const char *part = entry; *part && length < 63; part++)
		path[length++] = *part;
	path[length] = '\0';
}

static int read_first(struct drill_context *context)
{
	return drill_read(context, context->first);
}

static int write_secret(struct drill_context *context)
{
	return drill_open(context, context->first, O_WRONLY);
}

static int read_environment(struct drill_context *context)
{
	char path[64];

	process_path(path, context->first, "environ");
	return drill_open(context, path, O_RDONLY);
}

static int read_memory(struct drill_context *context)
{
	char path[64];

	process_path(path, context->first, "mem");
	return drill_open(context, path, O_RDONLY);
}

/* A service's init is a fork of the launcher, which
 * has held every secret of the launch in its memory. */
static int read_init_environment(struct drill_context *context)
{
	return drill_open(context, "/proc/1/environ", O_RDONLY);
}

static int read_init_memory(struct drill_context *context)
{
	return drill_open(context, "/proc/1/mem", O_RDONLY);
}

static int list_secret_folder(struct drill_context *context)
{
	char path[64];

	process_path(path, context->first, "root/run");
	return drill_open(context, path, O_RDONLY | O_DIRECTORY);
}

/* Plans, hosts files, control sockets. */
static int list_bulkhead(struct drill_context *context)
{
	return drill_open(context, "/run/bulkhead", O_RDONLY | O_DIRECTORY);
}

static int read_kernel_log(struct drill_context *context)
{
	return drill_open(context, "/dev/kmsg", O_RDONLY | O_NONBLOCK);
}

const struct drill_attempt drill_secrets[] = {
	{"read-other-secret", "read the file of another service's secret", DRILL_OTHER_SECRET,
		DRILL_PATH, LAYER_VIEW, false, read_first},
	{"read-secret-source", "read where its own secret comes from", DRILL_SECRET_SOURCE,
		DRILL_PATH, LAYER_VIEW, false, read_first},
	{"write-secret", "replace its own secret", DRILL_SECRET, DRILL_PATH, LAYER_VIEW, false,
		write_secret},
	{"read-other-environment", "read the environment of a process of the same user",
		DRILL_STRANGER, DRILL_PROCESS, LAYER_NAMESPACES, false, read_environment},
	{"read-other-memory", "open the memory of a process of the same user", DRILL_STRANGER,
		DRILL_PROCESS, LAYER_NAMESPACES, false, read_memory},
	{"read-init-environment", "read the environment of the first process", DRILL_FIRST_PROCESS,
		DRILL_PATH, LAYER_IDENTITY, false, read_init_environment},
	{"read-init-memory", "open the memory of the first process", DRILL_FIRST_PROCESS,
		DRILL_PATH, LAYER_IDENTITY, false, read_init_memory},
	{"list-other-run", "list /run of another service by /proc", DRILL_STRANGER, DRILL_PROCESS,
		LAYER_NAMESPACES, false, list_secret_folder},
	{"list-bulkhead", "look into the folder of bulkhead itself", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, list_bulkhead},
	{"read-kernel-log", "read the kernel's log", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		read_kernel_log},
};
DRILL_COUNT(secrets);
