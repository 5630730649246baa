/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: reading and writing files that are not the service's own. */
#include <sys/stat.h>

#include "drill/call.h"

static int read_shadow(struct drill_context *context)
{
	return drill_read(context, "/etc/shadow");
}

static int list_root_home(struct drill_context *context)
{
	return drill_open(context, "/root", O_RDONLY | O_DIRECTORY);
}

static int list_logs(struct drill_context *context)
{
	return drill_open(context, "/var/log", O_RDONLY | O_DIRECTORY);
}

static int read_other_file(struct drill_context *context)
{
	return drill_open(context, context->first, O_RDONLY);
}

static int create_in_etc(struct drill_context *context)
{
	return drill_create(context, "/etc", "etc");
}

/* What root will run for it, in a minute. */
static int create_in_cron(struct drill_context *context)
{
	return drill_create(context, "/etc/cron.d", "job");
}

static int create_in_usr(struct drill_context *context)
{
	return drill_create(context, "/usr", "usr");
}

static int create_in_root(struct drill_context *context)
{
	return drill_create(context, "", "root");
}

static int create_in_var(struct drill_context *context)
{
	return drill_create(context, "/var", "var");
}

/* Opened for writing and closed: nothing is cut or written. */
static int write_declared_read(struct drill_context *context)
{
	int error = drill_open(context, context->first, O_WRONLY);

	return error == -EISDIR ? drill_create(context, context->first, "read") : error;
}

static int write_passwd(struct drill_context *context)
{
	return drill_open(context, "/etc/passwd", O_WRONLY);
}

/* To the time that it has, as who hides a change does. */
static int touch_declared_read(struct drill_context *context)
{
	struct stat now;

	if (syscall(SYS_newfstatat, AT_FDCWD, context->first, &now, 0) < 0)
		return DRILL_NOT_APPLICABLE;
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, now.st_mtim};
	return drill_done(drill_call(context, SYS_utimensat, AT_FDCWD, context->first, times, 0));
}

static int chmod_declared_read(struct drill_context *context)
{
	struct stat now;

	if (syscall(SYS_newfstatat, AT_FDCWD, context->first, &now, 0) < 0)
		return DRILL_NOT_APPLICABLE;
	return drill_done(
		drill_call(context, SYS_fchmodat, AT_FDCWD, context->first, now.st_mode & 0777));
}

/* A program that runs as its owner, left where the host can execute it. */
static int leave_set_id(struct drill_context *context)
{
	char path[256];

	drill_path(path, context->first, "set-id");
	int fd = drill_file(context, path, "", 0, 0700);
	if (fd < 0)
		return fd;
	long changed = drill_call(context, SYS_fchmod, fd, 04755U);
	syscall(SYS_close, fd);
	drill_remove(path);
	return drill_done(changed);
}

static int create_set_id(struct drill_context *context)
{
	char path[256];
	struct stat made = {0};

	drill_path(path, context->first, "born-set-id");
	int fd = drill_file(context, path, "", 0, 06755);
	if (fd < 0)
		return fd;
	long seen = syscall(SYS_fstat, fd, &made);
	syscall(SYS_close, fd);
	drill_remove(path);
	return seen < 0 ? -errno : made.st_mode & S_ISUID ? 0 : -EPERM;
}

/* A file handle reaches past every mount ("shocker", the first escape from a container). */
static int open_by_handle(struct drill_context *context)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char handle[128];
	} handle = {.bytes = sizeof(handle.handle)};
	int mount;

	long named = drill_call(context, SYS_name_to_handle_at, AT_FDCWD, "/", &handle, &mount, 0);
	if (named < 0)
		return (int)named;
	long root = drill_call(context, SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY, 0);
	if (root < 0)
		return (int)root;
	long fd = drill_call(context, SYS_open_by_handle_at, (int)root, &handle, O_RDONLY);
	syscall(SYS_close, (int)root);
	if (fd >= 0)
		syscall(SYS_close, (int)fd);
	return drill_done(fd);
}

static int climb_out(struct drill_context *context)
{
	return drill_read(context, "/tmp/../../../../../../../../etc/shadow");
}

const struct drill_attempt drill_files[] = {
	{"read-shadow", "read the host's password hashes", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, read_shadow},
	{"climb-out", "read them by climbing out with ..", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, climb_out},
	{"list-root-home", "list root's home", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		list_root_home},
	{"list-logs", "list the host's logs", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		list_logs},
	{"read-other-file", "open a file that only another service may use", DRILL_OTHER_FILE,
		DRILL_PATH, LAYER_VIEW, false, read_other_file},
	{"create-in-etc", "create a file in /etc", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		create_in_etc},
	{"create-in-cron", "leave a job for root's cron", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, create_in_cron},
	{"create-in-usr", "create a file in /usr", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		create_in_usr},
	{"create-in-root", "create a file in /", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		create_in_root},
	{"create-in-var", "create a file in /var", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		create_in_var},
	{"write-declared-read", "write what it may only read", DRILL_DECLARED_READ, DRILL_PATH,
		LAYER_VIEW, false, write_declared_read},
	{"write-passwd", "open /etc/passwd for writing", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, write_passwd},
	{"touch-declared-read", "change the time of what it may only read", DRILL_DECLARED_READ,
		DRILL_PATH, LAYER_VIEW, false, touch_declared_read},
	{"chmod-declared-read", "change the mode of what it may only read", DRILL_DECLARED_READ,
		DRILL_PATH, LAYER_VIEW, false, chmod_declared_read},
	{"leave-set-id", "give a file of its own the set-user-id bit", DRILL_FOLDER, DRILL_PATH,
		LAYER_SECCOMP, false, leave_set_id},
	{"create-set-id", "create a set-user-id file in a folder of the host", DRILL_DECLARED_WRITE,
		DRILL_PATH, LAYER_SECCOMP, false, create_set_id},
	{"open-by-handle", "open the root folder by its file handle", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, open_by_handle},
};
DRILL_COUNT(files);
