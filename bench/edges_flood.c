/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A flood through a router while its table is replaced.  Its packets ask for connections (TCP,
 * SYN), made by hand, since each of these is judged by the table alone: to a port that an edge
 * leads to, and to one that none does, in turns.  The two services' own tables are taken away, or
 * they would refuse the second kind, too.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "edges.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "many.h"
#include "plan/plan.h"

enum { REPLACEMENTS = 10, BURST = 20, FORBIDDEN = 9, ROOM = 64 << 20, HEAD = 20 };

/* Shared with who sends and who counts. */
struct tally {
	volatile unsigned long allowed, forbidden, came, passed;
	volatile bool counts, end;
};

static struct fault why;
static const struct where nowhere;

static int raw_socket(int space)
{
	const int room = ROOM;
	const struct timeval patience = {.tv_usec = 300000};

	/* Stays there: this process has nothing else to do. */
	if (enforce_network_visit(space, nowhere, &why) < 0)
		edges_fail(why.text);
	int made = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	if (made < 0 || setsockopt(made, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		edges_fail("raw socket");
	setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return made;
}

static uint32_t sum(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint32_t total = 0;

	for (size_t i = 0; i + 1 < length; i += 2)
		total += (uint32_t)at[i] << 8 | at[i + 1];
	return total;
}

/* One that asks for a connection, each from another port. */
static bool ask(int fd, struct in_addr from, const struct sockaddr_in *to, unsigned port)
{
	static uint16_t source;
	struct tcphdr header = {.source = htons((uint16_t)(1024 + source++ % 60000)),
		.dest = htons((uint16_t)port),
		.doff = sizeof(header) / 4,
		.syn = 1,
		.window = htons(1000)};
	const uint16_t rest[] = {htons(IPPROTO_TCP), htons(sizeof(header))};
	uint32_t total = sum(&from, sizeof(from)) + sum(&to->sin_addr, sizeof(to->sin_addr)) +
			 sum(rest, sizeof(rest)) + sum(&header, sizeof(header));

	total = (total & 0xffff) + (total >> 16);
	header.check = htons((uint16_t) ~(total + (total >> 16)));
	return sendto(fd, &header, sizeof(header), 0, (const struct sockaddr *)to, sizeof(*to)) ==
	       (ssize_t)sizeof(header);
}

static void flood(const struct plan *plan, int space, struct tally *tally)
{
	const struct timespec pause = {.tv_nsec = 300000};
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct in_addr from;
	int fd = raw_socket(space);

	while (!tally->counts)
		nanosleep(&pause, NULL);
	if (inet_pton(AF_INET, plan->services[MANY_CLIENT].address4, &from) != 1 ||
		inet_pton(AF_INET, plan->services[MANY_SERVER].address4, &to.sin_addr) != 1)
		edges_fail("address");
	while (!tally->end) {
		for (int i = 0; i < BURST; i++) {
			tally->allowed += ask(fd, from, &to, many_port(0));
			tally->forbidden += ask(fd, from, &to, FORBIDDEN);
		}
		nanosleep(&pause, NULL);
	}
}

/* Until there was nothing for a while. */
static void count(int space, struct tally *tally)
{
	unsigned char packet[256];
	int fd = raw_socket(space);

	tally->counts = true;
	for (;;) {
		struct tcphdr header;
		ssize_t length = recv(fd, packet, sizeof(packet), 0);

		if (length < 0 && tally->end)
			return;
		if (length < (ssize_t)(HEAD + sizeof(header)))
			continue;
		memcpy(&header, packet + HEAD, sizeof(header));
		if (header.syn && ntohs(header.dest) == many_port(0))
			tally->came++;
		if (header.syn && ntohs(header.dest) == FORBIDDEN)
			tally->passed++;
	}
}

static pid_t begin(void)
{
	pid_t child = fork();

	if (child < 0)
		edges_fail("fork");
	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static void make(const struct plan *plan, struct enforce_network_router *router, int spaces[])
{
	if (enforce_network_router(plan, router, &why) < 0)
		edges_fail(why.text);
	for (size_t i = MANY_CLIENT; i < MANY_OTHERS; i++) {
		if (enforce_network_service(
			    plan, &plan->services[i], router->network, &spaces[i], &why) < 0)
			edges_fail(why.text);
		scoped(visit) int home = enforce_network_visit(spaces[i], nowhere, &why);
		if (home < 0 || enforce_nft_load("flush ruleset", "change", nowhere, &why) < 0)
			edges_fail(why.text);
	}
}

static void replace(const struct plan *plan, int network, struct edges_flood *seen)
{
	const struct timespec between = {.tv_nsec = 50000000};

	for (; seen->replaced < REPLACEMENTS; seen->replaced++) {
		nanosleep(&between, NULL);
		if (enforce_network_renew_router(plan, network, &why) < 0)
			edges_fail(why.text);
	}
	nanosleep(&between, NULL);
}

void edges_flood(const struct plan *plan, struct edges_flood *seen)
{
	struct tally *tally = mmap(
		NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct enforce_network_router router;
	int spaces[MANY_OTHERS];

	if (tally == MAP_FAILED)
		edges_fail("memory");
	make(plan, &router, spaces);
	pid_t counter = begin();
	if (counter == 0) {
		count(spaces[MANY_SERVER], tally);
		_exit(0);
	}
	pid_t sender = begin();
	if (sender == 0) {
		flood(plan, spaces[MANY_CLIENT], tally);
		_exit(0);
	}
	replace(plan, router.network, seen);
	tally->end = true;
	waitpid(sender, NULL, 0);
	waitpid(counter, NULL, 0);
	seen->allowed = tally->allowed;
	seen->lost = tally->allowed - tally->came;
	seen->forbidden = tally->forbidden;
	seen->passed = tally->passed;
	munmap(tally, sizeof(*tally));
	for (size_t i = MANY_CLIENT; i < MANY_OTHERS; i++)
		close(spaces[i]);
	close(router.user);
	close(router.network);
}
