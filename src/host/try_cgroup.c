/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/try.h"

enum { REMOVALS = 50, BETWEEN_REMOVALS = 1000 /* microseconds */ };

static const char prefix[] = "bulkhead-try-";

/* Start a child in the cgroup @folder, end it by cgroup.kill. */
static enum host_state start_and_kill(struct host_try *try, int folder)
{
	int status;
	pid_t child = host_clone(0, NULL, folder);

	if (child < 0)
		return host_refused(try, child, "clone3 with CLONE_INTO_CGROUP");
	if (child == 0) {
		pause();
		_exit(0);
	}
	int error = descriptor_put(folder, "cgroup.kill", "1");
	if (error < 0)
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	if (error < 0)
		return host_refused(try, error, "cgroup.kill");
	return host_found(try, HOST_YES, "%s", try->host->cgroup2);
}

/* Remove what a probe left that was killed half-way: it is named for its process. */
static void sweep(const char *hierarchy)
{
	scoped(dir) DIR *folder = opendir(hierarchy);
	struct dirent *entry;
	uint64_t pid;

	while (folder && (entry = readdir(folder)))
		if (text_starts(entry->d_name, prefix) &&
			text_number(entry->d_name + strlen(prefix), INT_MAX, &pid) &&
			kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR);
}

enum host_state host_in_cgroup(struct host_try *try, host_cgroup_attempt *attempt)
{
	char path[PATH_MAX];

	if (!try->host->cgroup2)
		return host_found(try, HOST_NO, "no cgroup2 hierarchy is mounted");
	sweep(try->host->cgroup2);
	snprintf(path, sizeof(path), "%s/%s%d", try->host->cgroup2, prefix, (int)getpid());
	if (mkdir(path, 0755) < 0)
		return host_refused(try, errno, "cannot make a cgroup");
	enum host_state state = HOST_NO;
	scoped(fd) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		host_refused(try, errno, "cannot open a cgroup");
	else
		state = attempt(try, folder);
	/* The last process leaves its cgroup a moment after it can be waited for. */
	for (int i = 0; rmdir(path) < 0 && errno == EBUSY && i < REMOVALS; i++)
		usleep(BETWEEN_REMOVALS);
	return state;
}

enum host_state host_try_cgroup2(struct host_try *try)
{
	return host_in_cgroup(try, start_and_kill);
}

/* Is @controller in @list of the hierarchy's root? */
static bool lists(struct host_try *try, const char *list, const char *controller)
{
	char path[PATH_MAX];
	const char *text;

	snprintf(path, sizeof(path), "%s/%s", try->host->cgroup2, list);
	if (descriptor_read_value(AT_FDCWD, path, try->arena, &text) < 0)
		return false;
	char *copy = arena_text(try->arena, text), *rest = NULL;
	for (char *word = strtok_r(copy, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		if (text_equal(word, controller))
			return true;
	return false;
}

/* Does the root hand @controller down, or let itself be told to?  v1 may hold it instead, and a
 * container's root that holds processes may not. */
static enum host_state handed_down(struct host_try *try, const char *controller)
{
	static const char handed[] = "cgroup.subtree_control";
	char path[PATH_MAX];

	if (!try->host->cgroup2)
		return host_found(try, HOST_NO, "no cgroup2 hierarchy is mounted");
	if (!lists(try, "cgroup.controllers", controller))
		return host_found(try, HOST_NO, "not in %s/cgroup.controllers", try->host->cgroup2);
	if (lists(try, handed, controller))
		return HOST_YES;
	snprintf(path, sizeof(path), "%s/%s", try->host->cgroup2, handed);
	int error = descriptor_put(AT_FDCWD, path, "+%s", controller);
	if (error < 0)
		return host_refused(try, error, path);
	/* Refused where somebody has begun to use it: then it stays. */
	descriptor_put(AT_FDCWD, path, "-%s", controller);
	return HOST_YES;
}

enum host_state host_try_cgroup_memory(struct host_try *try)
{
	return handed_down(try, "memory");
}

enum host_state host_try_cgroup_pids(struct host_try *try)
{
	return handed_down(try, "pids");
}

enum host_state host_try_cgroup_cpu(struct host_try *try)
{
	return handed_down(try, "cpu");
}

enum host_state host_try_cgroup_io(struct host_try *try)
{
	return handed_down(try, "io");
}
