/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: running a second program. */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "drill/call.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* since Linux 6.3 */
#endif

#ifdef __x86_64__
static const char loader[] = "/lib64/ld-linux-x86-64.so.2";
#else
static const char loader[] = "/lib/ld-linux-aarch64.so.1";
#endif

static char *const no_environment[] = {NULL};

/* EACCES of a mount that is noexec comes before anybody else's. */
static int execute(struct drill_context *context, const char *path, char *const *arguments)
{
	long error = drill_call(context, SYS_execve, path, arguments, no_environment);

	if (error != -EACCES)
		return drill_done(error);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	/* Such a mount refuses to map code by EPERM, which every filter lets it ask. */
	long map = syscall(SYS_mmap, NULL, 1UL, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0UL);
	if (map < 0 && errno == EPERM)
		context->layer = LAYER_VIEW;
	syscall(SYS_close, fd);
	return (int)error;
}

static int run_shell(struct drill_context *context)
{
	return execute(context, "/bin/sh", (char *[]){"sh", "-c", "exit 0", NULL});
}

static int run_shell_at(struct drill_context *context)
{
	char *const arguments[] = {"sh", "-c", "exit 0", NULL};

	return drill_done(drill_call(
		context, SYS_execveat, AT_FDCWD, "/bin/sh", arguments, no_environment, 0));
}

static int run_other_program(struct drill_context *context)
{
	return execute(context, "/usr/bin/env", (char *[]){"env", "true", NULL});
}

/* CVE-2021-4034: a program that counts on having a name. */
static int run_nameless(struct drill_context *context)
{
	return execute(context, "/usr/bin/env", (char *[]){NULL});
}

static int run_set_id(struct drill_context *context)
{
	return execute(context, "/usr/bin/su", (char *[]){"su", "--version", NULL});
}

/* The loader is on no list of programs, and it runs whatever it is given. */
static int run_by_loader(struct drill_context *context)
{
	return execute(context, loader, (char *[]){"ld.so", "/usr/bin/env", "true", NULL});
}

static int run_loader(struct drill_context *context)
{
	return execute(context, loader, (char *[]){"ld.so", "--version", NULL});
}

static int run_itself(struct drill_context *context)
{
	return execute(context, "/proc/self/exe", (char *[]){"bulkhead-drill", NULL});
}

static int run_memory_file(struct drill_context *context)
{
	unsigned char image[256];
	size_t length = drill_program(image);
	char *const arguments[] = {"memory", NULL};
	long fd = drill_call(context, SYS_memfd_create, "drill", MFD_CLOEXEC | MFD_EXEC);

	if (fd == -EINVAL) /* before 6.3 every memory file is executable */
		fd = drill_call(context, SYS_memfd_create, "drill", MFD_CLOEXEC);
	if (fd < 0)
		return (int)fd;
	long put = drill_call(context, SYS_write, (int)fd, image, length);
	if (put < 0)
		return (int)put;
	return drill_done(drill_call(
		context, SYS_execveat, (int)fd, "", arguments, no_environment, AT_EMPTY_PATH));
}

/* Write @length bytes of a program into the folder given and run them.  When they run, nobody
 * is left to remove them: the control's folder goes with its world. */
static int run_written(
	struct drill_context *context, const char *name, const void *bytes, size_t length)
{
	char path[256];

	drill_path(path, context->first, name);
	drill_remove(path); /* of an earlier control run */
	int fd = drill_file(context, path, bytes, length, 0700);
	if (fd < 0)
		return fd;
	syscall(SYS_close, fd);
	int error = execute(context, path, (char *[]){path, NULL});
	drill_remove(path);
	return error;
}

static int run_dropped(struct drill_context *context)
{
	unsigned char image[256];
	size_t length = drill_program(image);

	return run_written(context, "dropped", image, length);
}

/* Its own code in a program that it may run. */
static int preload_library(struct drill_context *context)
{
	unsigned char image[512];
	char path[256], variable[280] = "LD_PRELOAD=";
	char *const arguments[] = {(char *)context->second, "--bulkhead-drill", NULL};
	char *const environment[] = {variable, NULL};

	drill_path(path, context->first, "library");
	memcpy(variable + strlen(variable), path, strlen(path) + 1);
	drill_remove(path); /* of an earlier control run */
	int fd = drill_file(context, path, image, drill_library(image), 0700);
	if (fd < 0)
		return fd;
	syscall(SYS_close, fd);
	long error = drill_call(context, SYS_execve, context->second, arguments, environment);
	drill_remove(path);
	return drill_done(error);
}

static int run_script(struct drill_context *context)
{
	static const char script[] = "#!/bin/sh\nexit 0\n";

	return run_written(context, "script", script, sizeof(script) - 1);
}

const struct drill_attempt drill_exec[] = {
	{"run-shell", "run a shell", DRILL_NOTHING, DRILL_EXEC, LAYER_EXEC, true, run_shell},
	{"run-shell-at", "run a shell with execveat", DRILL_NOTHING, DRILL_EXEC, LAYER_EXEC, true,
		run_shell_at},
	{"run-other-program", "run a program that it does not declare", DRILL_NOTHING, DRILL_EXEC,
		LAYER_EXEC, true, run_other_program},
	{"run-set-id", "run a program that becomes root", DRILL_NOTHING, DRILL_EXEC, LAYER_EXEC,
		true, run_set_id},
	{"run-nameless", "run a program without arguments", DRILL_NOTHING, DRILL_EXEC, LAYER_EXEC,
		true, run_nameless},
	{"run-by-loader", "run an undeclared program as an argument of ld.so", DRILL_NOTHING,
		DRILL_EXEC, LAYER_VIEW, true, run_by_loader},
	{"run-loader", "run ld.so itself", DRILL_NO_PROGRAMS, DRILL_EXEC, LAYER_EXEC, true,
		run_loader},
	{"run-itself", "run its own program again", DRILL_NO_PROGRAMS, DRILL_EXEC, LAYER_EXEC, true,
		run_itself},
	{"run-memory-file", "run a program that lies in memory only", DRILL_NOTHING, DRILL_EXEC,
		LAYER_EXEC, true, run_memory_file},
	{"run-dropped", "run a program that it wrote to /tmp", DRILL_FOLDER, DRILL_EXEC, LAYER_EXEC,
		true, run_dropped},
	{"run-script", "run a script that it wrote to /tmp", DRILL_FOLDER, DRILL_EXEC, LAYER_EXEC,
		true, run_script},
	{"preload-library", "put a library that it wrote into a program it may run", DRILL_PRELOAD,
		DRILL_BROUGHT, LAYER_VIEW, true, preload_library},
	{"run-uploaded", "run a program that it wrote to a declared folder", DRILL_DECLARED_WRITE,
		DRILL_EXEC, LAYER_EXEC, true, run_dropped},
};
DRILL_COUNT(exec);
