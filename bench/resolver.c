/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * resolver QUESTIONS ROUNDS FIGURES: how many questions by UDP a resolver answers from what it
 * knows, under its own filter, one service asking without a pause; medians of the rounds.  What one
 * processor could do is by the processor's time that the resolver took, its share of the kernel's
 * work included: how many there are in a second depends on what else this machine does.
 *
 * FIGURES is given lines for bench/goals, of the table "resolver".
 */

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "gateway/address.h"
#include "gateway/dns.h"
#include "gateway/opening.h"
#include "gateway/resolver.h"
#include "gateway/resolver_config.h"
#include "gateway/resolver_process.h"
#include "gateway/resolver_serve.h"

enum { NAMES = 200, WINDOW = 32, MOST_ROUNDS = 1000, PORT = 5300, PATIENCE = 1000 };

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "resolver: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the resolver ---- */

static const struct gateway_resolver_name names[] = {{"*.example.com", 0}};
static const struct gateway_resolver_service service = {
	.has4 = true, .address4 = {127, 0, 0, 1}, .names = names, .name_count = 1};
static struct gateway_resolver_upstream upstream;
static struct gateway_resolver_config config = {
	.services = &service, .service_count = 1, .upstreams = &upstream, .upstream_count = 1};

static _Noreturn void serve(int launcher)
{
	struct gateway_resolver_sockets sockets = {.launcher = launcher};
	struct gateway_resolver_server *server;
	struct gateway_resolver *resolver;
	struct fault why = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (gateway_resolver_sockets(&config, -1, &sockets, &why) ||
		!(resolver = gateway_resolver(&config, 1, &why)) ||
		!(server = gateway_resolver_server(resolver, &config, &sockets, &why)) ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		enforce_own_filter(&resolver_own, EPERM, &why) || write(launcher, "", 1) != 1) {
		fprintf(stderr, "resolver: %s\n", why.text);
		_exit(1);
	}
	gateway_resolver_serve(server);
	_exit(0);
}

/* Each on a processor of its own, when there are two. */
static void stay_on(pid_t process, int which)
{
	cpu_set_t all, one;
	int seen = 0;

	if (sched_getaffinity(0, sizeof(all), &all) < 0 || CPU_COUNT(&all) < 2)
		return;
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all) && seen++ == which)
			CPU_SET(i, &one);
	sched_setaffinity(process, sizeof(one), &one);
}

static pid_t start(int *launcher)
{
	int ends[2];
	char ready;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		fail("socketpair");
	pid_t pid = fork();
	if (pid == 0)
		serve(ends[1]);
	close(ends[1]);
	*launcher = ends[0];
	if (pid < 0 || poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 10000) != 1 ||
		read(ends[0], &ready, 1) != 1)
		fail("it does not start");
	return pid;
}

/* ---- upstream and launcher: each name has four addresses, all are opened ---- */

static void answer_upstream(int fd)
{
	static struct gateway_answer answer = {.address_count = 4, .address_seconds = 3600};
	unsigned char bytes[DNS_ANSWER];
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	struct gateway_dns_query query;
	bool asked;
	ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &length);

	if (got < 0 || gateway_dns_read_query(bytes, (size_t)got, &query, &asked) != DNS_ASKED)
		return;
	answer.type = query.type;
	for (unsigned char i = 0; i < 4; i++)
		memcpy(answer.addresses[i], ((unsigned char[]){203, 0, 113, i}), 4);
	size_t size = gateway_dns_write_answer(&query, &answer, 0, DNS_UDP, bytes);
	sendto(fd, bytes, size, 0, (struct sockaddr *)&from, length);
}

static void answer_launcher(int fd)
{
	struct gateway_opening opening;

	while (read(fd, &opening, sizeof(opening)) == (ssize_t)sizeof(opening)) {
		const struct gateway_opened opened = {.number = opening.number};

		if (write(fd, &opened, sizeof(opened)) < 0)
			fail("the launcher's end");
	}
}

/* ---- the client ---- */

static size_t write_question(uint16_t id, unsigned char *bytes)
{
	struct gateway_dns_name name;
	char text[64];

	snprintf(text, sizeof(text), "n%u.example.com", (unsigned)rand() % NAMES);
	if (!gateway_dns_name_set(&name, text))
		fail(text);
	return gateway_dns_write_query(id, &name, ns_t_a, false, bytes);
}

static void send_question(int fd, uint16_t id)
{
	unsigned char bytes[DNS_QUERY];

	if (send(fd, bytes, write_question(id, bytes), 0) < 0)
		fail("send");
}

/* An answer with four addresses came, to one of our questions. */
static void take_answer(int fd)
{
	unsigned char bytes[DNS_ANSWER];
	HEADER header;
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

	memcpy(&header, bytes, sizeof(header));
	if (got < (ssize_t)sizeof(header) || !header.qr || header.rcode != ns_r_noerror ||
		ntohs(header.ancount) != 4) {
		errno = EPROTO;
		fail("a wrong answer");
	}
}

/* Ask for @count of them, WINDOW at a time. */
static void ask(int fd, int others[2], long count)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = others[0], .events = POLLIN},
		{.fd = others[1], .events = POLLIN}};
	long sent = 0, taken = 0;

	while (taken < count) {
		while (sent < count && sent - taken < WINDOW)
			send_question(fd, (uint16_t)sent++);
		if (poll(fds, 3, PATIENCE) <= 0)
			fail("no answer");
		if (fds[1].revents)
			answer_upstream(others[0]);
		if (fds[2].revents)
			answer_launcher(others[1]);
		if (fds[0].revents) {
			take_answer(fd);
			taken++;
		}
	}
}

/* Nanoseconds of processor time. */
static double time_of(pid_t process)
{
	char path[64];
	double time = -1;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", process);
	FILE *file = fopen(path, "re");
	if (!file || fscanf(file, "%lf", &time) != 1)
		fail(path);
	fclose(file);
	return time;
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

static int open_client(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		fail("the client's socket");
	return fd;
}

static int open_upstream(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	upstream.length = gateway_address_set(&upstream.address, "127.0.0.1", PORT + 1);
	config.listen4.length = gateway_address_set(&config.listen4.address, "127.0.0.1", PORT);
	if (fd < 0 || bind(fd, &upstream.address.any, upstream.length) < 0)
		fail("upstream's socket");
	return fd;
}

/* A network of our own, where nobody has these ports. */
static void be_alone(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;

	if (unshare(CLONE_NEWNET) < 0 || (fd = socket(AF_INET, SOCK_DGRAM, 0)) < 0 ||
		ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail("a network of its own");
	close(fd);
}

int main(int argc, char **argv)
{
	static double wall[MOST_ROUNDS], processor[MOST_ROUNDS];
	const long count = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
	const size_t rounds = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	int others[2];

	if (count < 1 || rounds < 1 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "usage: resolver QUESTIONS ROUNDS FIGURES\n");
		return 2;
	}
	if (gateway_dns_load(NULL))
		fail("libresolv");
	be_alone();
	others[0] = open_upstream();
	pid_t resolver = start(&others[1]);
	int client = open_client();
	stay_on(resolver, 0);
	stay_on(0, 1);
	/* All names become known; upstream is asked for so many in a second. */
	for (int i = 0; i < 5; i++, usleep(1000000))
		ask(client, others, NAMES / 2);
	for (size_t i = 0; i < rounds; i++) {
		const double before = time_of(resolver);
		const int64_t since = clock_milliseconds();

		ask(client, others, count);
		wall[i] = (double)count * 1e3 / (double)(clock_milliseconds() - since + 1);
		processor[i] = (double)count * 1e9 / (time_of(resolver) - before);
	}
	const double shared = median(wall, rounds), alone = median(processor, rounds);
	printf("%-52s %10.0f\n%-52s %10.0f\n", "answers a second, while the client takes its part",
		shared, "answers a second of one processor's time", alone);
	FILE *figures = fopen(argv[3], "ae");
	if (!figures)
		fail(argv[3]);
	fprintf(figures,
		"resolver\tanswers a second\t%.0f\nresolver\tanswers a processor second\t%.0f\n",
		shared, alone);
	return fclose(figures) == 0 ? 0 : 1;
}
