/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * asks TURNS REQUESTS PORT PATH NETWORK...: one client of several web servers, each on port PORT of
 * the loopback of its own network (a file of its namespace).  In each turn it asks all of them, in
 * random order, for PATH, on one connection each that stays, and prints what the best of several
 * windows of REQUESTS took: nanoseconds a request, one line a turn, in the order of NETWORK.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { MOST_SERVERS = 8, WINDOWS = 3, PATIENCE = 10 };

static const struct load_protocol *protocol;
static unsigned char request[LOAD_BYTES];
static size_t request_length;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "asks: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int reach(const char *network, const char *port)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {.tv_sec = PATIENCE};
	const int one = 1;
	int space = open(network, O_RDONLY | O_CLOEXEC);

	if (space < 0 || setns(space, CLONE_NEWNET) < 0)
		fail(network);
	close(space);
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (made < 0 || connect(made, (const struct sockaddr *)&to, sizeof(to)) < 0)
		fail("connect");
	setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return made;
}

static void ask(int server)
{
	static struct load_reply reply;
	bool good = true;

	if (send(server, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length)
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
		fprintf(stderr, "asks: refused: %.*s\n",
			(int)(reply.length < 200 ? reply.length : 200), reply.bytes);
		exit(1);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double best_window(int server, int requests)
{
	double least = 0;

	for (int window = 0; window < WINDOWS; window++) {
		double start = now();

		for (int i = 0; i < requests; i++)
			ask(server);
		double took = (now() - start) / requests;
		least = window == 0 || took < least ? took : least;
	}
	return least;
}

/* Who is first is another one each time. */
static void turn(const int *servers, size_t count, int requests, bool said)
{
	double took[MOST_SERVERS];
	size_t first = (size_t)random() % count;

	for (size_t i = 0; i < count; i++) {
		size_t at = (first + i) % count;

		took[at] = best_window(servers[at], requests);
	}
	for (size_t i = 0; said && i < count; i++)
		printf("%.0f%c", took[i], i + 1 < count ? ' ' : '\n');
}

int main(int argc, char **argv)
{
	enum { HEAD = 5 };
	int servers[MOST_SERVERS];
	size_t count = (size_t)(argc - HEAD);

	protocol = load_protocol("http");
	if (argc <= HEAD || count > MOST_SERVERS) {
		fprintf(stderr, "usage: asks TURNS REQUESTS PORT PATH NETWORK...\n");
		return 2;
	}
	int turns = atoi(argv[1]), requests = atoi(argv[2]);
	request_length = protocol->ask(request, argv[4]);
	for (size_t i = 0; i < count; i++)
		servers[i] = reach(argv[HEAD + i], argv[3]);
	srandom((unsigned)getpid());
	for (int i = -1; i < turns; i++)
		turn(servers, count, requests, i >= 0);
	return 0;
}
