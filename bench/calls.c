/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * calls FILE [ROUNDS]: what system calls cost here, in nanoseconds: the minimum of short loops, one
 * line a call.  Static, so that it runs in any view.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOP = 2000 };

static const char *path;
static int file;

static long call_getppid(void)
{
	return syscall(SYS_getppid);
}

static long call_pread(void)
{
	char byte;

	return pread(file, &byte, 1, 0);
}

static long call_stat(void)
{
	struct stat about;

	return stat(path, &about);
}

static long call_open(void)
{
	int opened = open(path, O_RDONLY | O_CLOEXEC);

	return opened < 0 ? -1 : close(opened);
}

static const struct {
	const char *name;
	long (*call)(void);
} calls[] = {
	{"getppid", call_getppid},
	{"pread", call_pread},
	{"stat", call_stat},
	{"open+close", call_open},
};

static double nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double loop(long (*call)(void))
{
	double start = nanoseconds();

	for (int i = 0; i < LOOP; i++)
		if (call() < 0) {
			fprintf(stderr, "calls: %s: %s\n", path, strerror(errno));
			exit(1);
		}
	return (nanoseconds() - start) / LOOP;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 50;

	path = argc > 1 ? argv[1] : "/etc/passwd";
	file = open(path, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		double least = loop(calls[i].call);

		for (int round = 1; round < rounds; round++) {
			double one = loop(calls[i].call);

			least = one < least ? one : least;
		}
		printf("%s %.1f\n", calls[i].name, least);
	}
	return 0;
}
