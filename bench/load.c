/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * load PROTOCOL PORT WHAT REQUESTS WINDOWS: ask a server on this network's 127.0.0.1 for WHAT, and
 * print for each window of REQUESTS how many nanoseconds of processor time the server took for
 * each: all processes of this network namespace but ours, their kernel time included.  How many
 * requests a second there are would say more about what else this machine does.
 */

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"

enum { MOST_TASKS = 4096 };

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The tasks of the servers, as the names of their schedstat; found once, when all run. */
static char *tasks[MOST_TASKS];
static size_t task_count;

static void find_tasks_of(const char *process)
{
	char path[300];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%s/task", process);
	DIR *folder = opendir(path);
	while (folder && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.' && task_count < MOST_TASKS &&
			asprintf(&tasks[task_count], "%s/%s/schedstat", path, entry->d_name) > 0)
			task_count++;
	if (folder)
		closedir(folder);
}

static void find_tasks(void)
{
	struct stat ours, theirs;
	struct dirent *entry;
	char path[300];
	DIR *folder = opendir("/proc");

	if (!folder || stat("/proc/self/ns/net", &ours) < 0)
		fail("/proc");
	while ((entry = readdir(folder)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
			atoi(entry->d_name) != getpid() && stat(path, &theirs) == 0 &&
			theirs.st_ino == ours.st_ino)
			find_tasks_of(entry->d_name);
	}
	closedir(folder);
}

/* Nanoseconds that the servers have run. */
static double processor_time(void)
{
	double sum = 0;

	for (size_t i = 0; i < task_count; i++) {
		FILE *file = fopen(tasks[i], "re");
		double ran;

		if (file && fscanf(file, "%lf", &ran) == 1)
			sum += ran;
		if (file)
			fclose(file);
	}
	return sum;
}

static int connect_to(const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct timeval patience = {.tv_sec = 10};

	if (made < 0 || connect(made, (struct sockaddr *)&to, sizeof(to)) < 0)
		fail("connect");
	setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return made;
}

static void exchange(int server, const struct load_protocol *protocol, const unsigned char *request,
	size_t length)
{
	static struct load_reply reply;
	bool good = true;

	if (send(server, request, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail("send");
	reply.length = 0;
	do {
		ssize_t more = recv(
			server, reply.bytes + reply.length, sizeof(reply.bytes) - reply.length, 0);
		if (more <= 0)
			fail("receive");
		reply.length += (size_t)more;
	} while (!protocol->whole(&reply, &good) && reply.length < sizeof(reply.bytes));
	if (!good) {
		fprintf(stderr, "load: refused: %.*s\n",
			(int)(reply.length < 200 ? reply.length : 200), reply.bytes);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static unsigned char request[LOAD_BYTES];
	const struct load_protocol *protocol = argc == 6 ? load_protocol(argv[1]) : NULL;

	if (!protocol) {
		fprintf(stderr, "usage: load PROTOCOL PORT WHAT REQUESTS WINDOWS\n");
		return 2;
	}
	int requests = atoi(argv[4]), windows = atoi(argv[5]);
	int server = connect_to(argv[2]);
	if (protocol->greet)
		exchange(server, protocol, request, protocol->greet(request));
	size_t length = protocol->ask(request, argv[3]);
	for (int i = 0; i < requests; i++)
		exchange(server, protocol, request, length);
	find_tasks();
	for (int window = 0; window < windows; window++) {
		double before = processor_time();

		for (int i = 0; i < requests; i++)
			exchange(server, protocol, request, length);
		printf("%.1f\n", (processor_time() - before) / requests);
	}
	close(server);
	return 0;
}
