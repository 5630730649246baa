/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "paths.h"

/* Of a window; new sockets of datagrams are few, since the kernel remembers each for half a minute,
 * and refuses a service more than it has room for. */
enum { WINDOWS = 3, TRIPS = 400, CONNECTIONS = 120, SOCKETS = 20, PATIENCE = 20 };
/* And a window of who is slow ends earlier, which is looked at now and then. */
enum { MOST_NANOSECONDS = 30000000, LOOKS = 8 };

static _Noreturn void fail(const struct paths_row *row, const char *what)
{
	fprintf(stderr, "paths: %s: %s: %s\n", row->name, what, strerror(errno));
	exit(1);
}

static void enter(const struct paths_row *row, const char *space, const char *group)
{
	char path[4096];

	/* Nobody stays behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (row->group) {
		snprintf(path, sizeof(path), "%s/%s/cgroup.procs", row->group, group);
		int procs = open(path, O_WRONLY | O_CLOEXEC);
		if (procs < 0 || write(procs, "0", 1) != 1)
			fail(row, path);
		close(procs);
	}
	snprintf(path, sizeof(path), "%s/%s", row->folder, space);
	int network = open(path, O_RDONLY | O_CLOEXEC);
	if (network < 0 || setns(network, CLONE_NEWNET) < 0)
		fail(row, path);
	close(network);
}

static int make(const struct paths_row *row, struct sockaddr_in *address)
{
	const struct timeval patience = {.tv_sec = PATIENCE};
	int made = socket(AF_INET, (row->datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(row->port))};
	if (made < 0 || inet_pton(AF_INET, row->address, &address->sin_addr) != 1)
		fail(row, "socket");
	setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return made;
}

/* One connection after the other, byte for byte. */
static _Noreturn void serve_connections(int listening)
{
	const int one = 1;
	char byte;

	for (;;) {
		int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			continue; /* nobody came for a while */
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		while (recv(client, &byte, 1, 0) == 1 && send(client, &byte, 1, MSG_NOSIGNAL) == 1)
			;
		close(client);
	}
}

static _Noreturn void serve_datagrams(int server)
{
	struct sockaddr_in client;
	char byte;

	for (;;) {
		socklen_t size = sizeof(client);

		if (recvfrom(server, &byte, 1, 0, (struct sockaddr *)&client, &size) == 1)
			sendto(server, &byte, 1, 0, (struct sockaddr *)&client, size);
	}
}

static void serve(const struct paths_row *row, int ready)
{
	struct sockaddr_in own;

	enter(row, "server", "service-1");
	int server = make(row, &own);
	if (bind(server, (struct sockaddr *)&own, sizeof(own)) < 0 ||
		(!row->datagrams && listen(server, SOMAXCONN) < 0))
		fail(row, "listen");
	close(ready);
	if (row->datagrams)
		serve_datagrams(server);
	serve_connections(server);
}

static int reach(const struct paths_row *row)
{
	/* Closed by a reset: no port waits for what may come late. */
	const struct linger at_once = {.l_onoff = 1};
	const int one = 1;
	struct sockaddr_in to;
	int made = make(row, &to);

	if (connect(made, (struct sockaddr *)&to, sizeof(to)) < 0)
		fail(row, "connect");
	if (!row->datagrams) {
		setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(made, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	}
	return made;
}

static void trip(const struct paths_row *row, int server)
{
	char byte = 'x';

	if (send(server, &byte, 1, MSG_NOSIGNAL) != 1 || recv(server, &byte, 1, 0) != 1)
		fail(row, "a byte there and back");
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static bool goes_on(int done, int most, double start)
{
	return done < most && (done == 0 || done % LOOKS || now() - start < MOST_NANOSECONDS);
}

static double window_of_trips(const struct paths_row *row)
{
	int server = reach(row), done = 0;

	trip(row, server);
	double start = now();
	for (; goes_on(done, TRIPS, start); done++)
		trip(row, server);
	double took = now() - start;
	close(server);
	return took / done;
}

static double window_of_new(const struct paths_row *row)
{
	const int most = row->datagrams ? SOCKETS : CONNECTIONS;
	double start = now();
	int done = 0;

	for (; goes_on(done, most, start); done++) {
		int server = reach(row);

		trip(row, server);
		close(server);
	}
	return (now() - start) / done;
}

/* Measures what it is asked for, until nobody asks any more. */
static void ask(const struct paths_row *row, int asked, int answered)
{
	unsigned char kind;

	enter(row, "client", "service-0");
	while (read(asked, &kind, 1) == 1) {
		double least = 0;

		for (int i = 0; i < WINDOWS; i++) {
			double took =
				kind == PATHS_TRIP ? window_of_trips(row) : window_of_new(row);

			least = i == 0 || took < least ? took : least;
		}
		if (write(answered, &least, sizeof(least)) != sizeof(least))
			break;
	}
	exit(0);
}

static pid_t start_server(struct paths_row *row)
{
	char byte;
	int ready[2];

	if (pipe2(ready, O_CLOEXEC) < 0)
		fail(row, "pipe");
	pid_t server = fork();
	if (server == 0) {
		close(ready[0]);
		serve(row, ready[1]);
	}
	close(ready[1]);
	if (server < 0 || read(ready[0], &byte, 1) != 0)
		fail(row, "server");
	close(ready[0]);
	return server;
}

void paths_begin(struct paths_row *row)
{
	int asked[2], answered[2];

	row->server = start_server(row);
	if (pipe2(asked, O_CLOEXEC) < 0 || pipe2(answered, O_CLOEXEC) < 0)
		fail(row, "pipe");
	row->client = fork();
	if (row->client == 0) {
		close(asked[1]);
		close(answered[0]);
		ask(row, asked[0], answered[1]);
	}
	if (row->client < 0)
		fail(row, "client");
	close(asked[0]);
	close(answered[1]);
	row->asked = asked[1];
	row->answered = answered[0];
}

double paths_measure(struct paths_row *row, enum paths_kind kind)
{
	const unsigned char byte = (unsigned char)kind;
	double least;

	if (write(row->asked, &byte, 1) != 1 ||
		read(row->answered, &least, sizeof(least)) != sizeof(least)) {
		fprintf(stderr, "paths: %s: its client has ended\n", row->name);
		exit(1);
	}
	return least;
}

void paths_end(struct paths_row *row)
{
	close(row->asked);
	close(row->answered);
	kill(row->client, SIGKILL);
	kill(row->server, SIGKILL);
	waitpid(row->client, NULL, 0);
	waitpid(row->server, NULL, 0);
}
