/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch STACK: looks at every process of a stack again and again, until SIGTERM,
 * and says each one that runs a program of its own without being confined.
 *
 * It reads /proc alone: neither bulkhead's state nor its code.  A process of the
 * stack is one in its cgroups, or in a user namespace that was just seen in them.
 * It may be one of bulkhead's own (init, launch in progress, gateway), known by its
 * executable.  Last line: "N looks, N processes, N unconfined"; exit status 1 when
 * there was one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SPACES = 4096, MOST_PROCESSES = 65536, TEXT = 8192 };

static const char *const spaces[] = {"user", "mnt", "pid", "net", "ipc", "uts"};
enum { SPACES = sizeof(spaces) / sizeof(spaces[0]) };

static volatile sig_atomic_t told;
static char own[SPACES][64];
static ino_t own_executable;
/* User namespaces of the stack at this look and the one before: later another may have the number.
 */
static char seen[2][MOST_SPACES][64];
static size_t seen_count[2];
static int known[MOST_PROCESSES]; /* pids, to count processes */
static size_t known_count;
static unsigned long looks, unconfined;

static void stop(int signal)
{
	(void)signal;
	told = 1;
}

static bool read_text(const char *pid, const char *name, char text[TEXT])
{
	char path[320];
	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, TEXT - 1);

	if (fd >= 0)
		close(fd);
	text[length < 0 ? 0 : length] = '\0';
	return length > 0;
}

static bool read_space(const char *pid, const char *space, char text[64])
{
	char path[320];
	snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, space);
	ssize_t length = readlink(path, text, 63);

	text[length < 0 ? 0 : length] = '\0';
	return length > 0;
}

static bool space_seen(const char *space)
{
	for (size_t look = 0; look < 2; look++)
		for (size_t i = 0; i < seen_count[look]; i++)
			if (strcmp(seen[look][i], space) == 0)
				return true;
	return false;
}

static void note_space(const char *space)
{
	size_t now = looks % 2;

	for (size_t i = 0; i < seen_count[now]; i++)
		if (strcmp(seen[now][i], space) == 0)
			return;
	if (seen_count[now] < MOST_SPACES)
		snprintf(seen[now][seen_count[now]++], sizeof(seen[now][0]), "%s", space);
}

/* Its pid may be given to another one later: then it counts once, which is all the same here. */
static void count_process(int pid)
{
	for (size_t i = 0; i < known_count; i++)
		if (known[i] == pid)
			return;
	if (known_count < MOST_PROCESSES)
		known[known_count++] = pid;
}

/* The value behind "Name:", as a number in @base. */
static bool field(const char *status, const char *name, int base, unsigned long long *value)
{
	const char *line = strstr(status, name);

	if (!line)
		return false;
	*value = strtoull(line + strlen(name), NULL, base);
	return true;
}

static void complain(const char *pid, const char *what, const char *status)
{
	char name[64] = "?";
	sscanf(status, "Name: %63[^\n]", name);
	printf("unconfined: %s (%s): %s\n", pid, name, what);
	fflush(stdout);
	unconfined++;
}

static void judge(const char *pid)
{
	static const char *const sets[] = {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"};
	char status[TEXT], space[64];
	unsigned long long value;

	/* Gone, or a zombie: neither runs anything. */
	if (!read_text(pid, "status", status) || strstr(status, "State:\tZ") ||
		strstr(status, "State:\tX"))
		return;
	if (!field(status, "NoNewPrivs:", 10, &value) || value != 1)
		complain(pid, "it may gain privileges", status);
	if (!field(status, "Seccomp:", 10, &value) || value != 2)
		complain(pid, "no filter of calls", status);
	if (!field(status, "Uid:", 10, &value) || value == 0)
		complain(pid, "it is root", status);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (!field(status, sets[i], 16, &value) || value != 0)
			complain(pid, sets[i], status);
	for (size_t i = 0; i < SPACES; i++)
		if (read_space(pid, spaces[i], space) && strcmp(space, own[i]) == 0)
			complain(pid, spaces[i], status);
}

static void look_at(const char *pid, const char *group)
{
	char text[TEXT], path[320], space[64];
	struct stat executable;

	if (!read_text(pid, "cgroup", text) || !read_space(pid, "user", space))
		return;
	bool inside = strstr(text, group) != NULL;
	if (!inside && !space_seen(space))
		return;
	count_process(atoi(pid));
	if (inside && strcmp(space, own[0]) != 0)
		note_space(space);
	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	/* The executable first: once a program of its own runs it stays confined. */
	if (stat(path, &executable) < 0 || executable.st_ino == own_executable)
		return;
	judge(pid);
}

int main(int argc, char **argv)
{
	struct stat executable;
	char group[300];
	struct dirent *entry;

	if (argc != 3 || stat(argv[2], &executable) < 0) {
		fputs("usage: watch STACK BULKHEAD\n", stderr);
		return 2;
	}
	own_executable = executable.st_ino;
	snprintf(group, sizeof(group), "/bulkhead/%s/", argv[1]);
	signal(SIGTERM, stop);
	for (size_t i = 0; i < SPACES; i++)
		if (!read_space("self", spaces[i], own[i]))
			return 2;
	DIR *proc = opendir("/proc");
	while (proc && !told) {
		rewinddir(proc);
		while ((entry = readdir(proc)))
			if (entry->d_name[0] > '0' && entry->d_name[0] <= '9')
				look_at(entry->d_name, group);
		looks++;
		seen_count[looks % 2] = 0;
		usleep(1000);
	}
	printf("%lu looks, %zu processes, %lu unconfined\n", looks, known_count, unconfined);
	return proc && !unconfined ? 0 : 1;
}
