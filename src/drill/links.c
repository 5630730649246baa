/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"

static void add(struct drill_links *links, const struct ifaddrs *entry)
{
	const struct sockaddr_in *four = (const void *)entry->ifa_addr;
	const struct sockaddr_in6 *six = (const void *)entry->ifa_addr;
	bool wide = entry->ifa_addr->sa_family == AF_INET6;
	const void *address = wide ? (const void *)&six->sin6_addr : (const void *)&four->sin_addr;

	if (wide && IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) {
		inet_ntop(AF_INET6, address, links->own6, sizeof(links->own6));
		return;
	}
	if (links->count < DRILL_LINK_ADDRESSES)
		inet_ntop(entry->ifa_addr->sa_family, address, links->addresses[links->count++],
			sizeof(links->addresses[0]));
}

static int list(struct drill_links *links)
{
	struct ifaddrs *entries;

	if (getifaddrs(&entries) < 0)
		return -errno;
	for (const struct ifaddrs *entry = entries; entry; entry = entry->ifa_next) {
		int family = entry->ifa_addr ? entry->ifa_addr->sa_family : AF_UNSPEC;

		if ((family == AF_INET || family == AF_INET6) && !(entry->ifa_flags & IFF_LOOPBACK))
			add(links, entry);
	}
	freeifaddrs(entries);
	return 0;
}

/* A child goes there. */
int drill_links(int network, struct drill_links *links, struct fault *why)
{
	const struct where nowhere = {0};
	int pipes[2], status;

	*links = (struct drill_links){0};
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, nowhere, "cannot make a pipe");
	scoped(fd) int heard = pipes[0], told = pipes[1];
	pid_t child = fork();
	if (child < 0)
		return fault(why, -errno, nowhere, "cannot fork");
	if (child == 0) {
		bool there = network < 0 || setns(network, CLONE_NEWNET) == 0;
		_exit(!there || list(links) < 0 ||
			write(told, links, sizeof(*links)) != (ssize_t)sizeof(*links));
	}
	close(take_fd(&told));
	ssize_t length = read(heard, links, sizeof(*links));
	if (waitpid(child, &status, 0) != child || status || length != (ssize_t)sizeof(*links))
		return fault(why, -EIO, nowhere, "cannot list the addresses of a network");
	return 0;
}
