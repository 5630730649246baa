/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LD_PRELOAD=elsewhere.so ELSEWHERE=/proc/PID/ns/net COMMAND: COMMAND's connections to
 * 127.0.0.2:PORT begin in that network namespace, and go to 127.0.0.1:PORT there.
 *
 * So one process can be the customer of two shops in different networks.  A socket
 * belongs to the network it was made in: the one that is connected is made anew in its
 * place.  Both ways do the same, so that neither is slower by it.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HERE, THERE };
static int networks[2];

__attribute__((constructor)) static void open_networks(void)
{
	const char *there = getenv("ELSEWHERE");

	networks[HERE] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	networks[THERE] = there ? open(there, O_RDONLY | O_CLOEXEC) : -1;
	if (networks[HERE] < 0 || networks[THERE] < 0) {
		perror("elsewhere: network namespaces");
		exit(1);
	}
}

/* The network of this thread is as before, or the process ends: half of it elsewhere measures
 * nothing. */
static int make_anew(int old, int where)
{
	if (setns(networks[where], CLONE_NEWNET))
		return -1;
	int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (setns(networks[HERE], CLONE_NEWNET))
		abort();
	if (made < 0)
		return -1;
	int placed = dup3(made, old, O_CLOEXEC);
	close(made);
	return placed < 0 ? -1 : 0;
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	int (*next)(int, const struct sockaddr *, socklen_t) =
		(int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
	const struct sockaddr_in *given = (const struct sockaddr_in *)address;

	if (length < sizeof(*given) || given->sin_family != AF_INET)
		return next(fd, address, length);
	struct sockaddr_in target = *given;
	int where = ntohl(given->sin_addr.s_addr) == INADDR_LOOPBACK + 1 ? THERE : HERE;

	target.sin_addr.s_addr = where == THERE ? htonl(INADDR_LOOPBACK) : given->sin_addr.s_addr;
	if (make_anew(fd, where))
		return -1;
	return next(fd, (const struct sockaddr *)&target, sizeof(target));
}
