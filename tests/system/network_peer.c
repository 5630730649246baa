/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/network_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"

bool peer_host(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;

	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0 && close(fd) == 0;
}

static socklen_t set_address(struct sockaddr_storage *storage, const char *text, unsigned port)
{
	struct sockaddr_in6 *wide = (struct sockaddr_in6 *)storage;
	struct sockaddr_in *narrow = (struct sockaddr_in *)storage;

	memset(storage, 0, sizeof(*storage));
	if (strchr(text, ':')) {
		wide->sin6_family = AF_INET6;
		wide->sin6_port = htons((uint16_t)port);
		inet_pton(AF_INET6, text, &wide->sin6_addr);
		return sizeof(*wide);
	}
	narrow->sin_family = AF_INET;
	narrow->sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, text, &narrow->sin_addr);
	return sizeof(*narrow);
}

static int describe(const struct sockaddr_storage *client, char text[80])
{
	const struct sockaddr_in6 *wide = (const struct sockaddr_in6 *)client;
	const struct sockaddr_in *narrow = (const struct sockaddr_in *)client;
	char address[64];

	if (client->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &wide->sin6_addr, address, sizeof(address));
	else
		inet_ntop(AF_INET, &narrow->sin_addr, address, sizeof(address));
	return snprintf(text, 80, "%s %u\n", address, ntohs(narrow->sin_port));
}

static void answer_stream(int listener)
{
	struct sockaddr_storage client;
	socklen_t length = sizeof(client);
	int fd = accept(listener, (struct sockaddr *)&client, &length);
	char text[65536];
	ssize_t got;

	if (fd < 0)
		return;
	got = describe(&client, text);
	if (fork() != 0) {
		close(fd);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Before the answer: who has that may stop the server, and start another at its port. */
	close(listener);
	while (got > 0) {
		for (ssize_t sent = 0, once; sent < got; sent += once)
			if ((once = write(fd, text + sent, (size_t)(got - sent))) <= 0)
				_exit(1);
		got = read(fd, text, sizeof(text));
	}
	_exit(0);
}

static void answer_datagram(int fd)
{
	struct sockaddr_storage client;
	socklen_t length = sizeof(client);
	char text[80];

	if (recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&client, &length) < 0)
		return;
	sendto(fd, text, (size_t)describe(&client, text), 0, (struct sockaddr *)&client, length);
}

pid_t peer_serve(int network, int type, const char *address, unsigned port)
{
	struct sockaddr_storage own;
	socklen_t length = set_address(&own, address, port);
	int gate[2];
	char byte;
	pid_t child;

	if (pipe(gate) < 0)
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (child) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) != 1)
			child = -1;
		close(gate[0]);
		return child;
	}
	close(gate[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (network >= 0 && setns(network, CLONE_NEWNET) < 0)
		_exit(1);
	int fd = socket(own.ss_family, type, 0);
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (bind(fd, (struct sockaddr *)&own, length) < 0 ||
		(type == SOCK_STREAM && listen(fd, 64) < 0) || write(gate[1], "r", 1) != 1)
		_exit(1);
	close(gate[1]);
	for (;;) {
		if (type == SOCK_STREAM)
			answer_stream(fd);
		else
			answer_datagram(fd);
	}
}

void peer_stop(pid_t server)
{
	if (server <= 0)
		return;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

/* Wait for @events on a non-blocking socket, at most two seconds; 0 or its error. */
static int wait_for(int fd, short events)
{
	struct pollfd poller = {fd, events, 0};
	int error = 0;
	socklen_t length = sizeof(error);

	if (poll(&poller, 1, 2000) != 1)
		return ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

static int ask(int type, const char *from, const char *to, unsigned port, char answer[80])
{
	struct sockaddr_storage own, other;
	socklen_t length = set_address(&other, to, port);
	int fd = socket(other.ss_family, type | SOCK_NONBLOCK, 0), error;
	ssize_t got;

	if (from) {
		set_address(&own, from, 0);
		setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &(int){1}, sizeof(int));
		setsockopt(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, &(int){1}, sizeof(int));
		if (bind(fd, (struct sockaddr *)&own, length) < 0)
			return errno;
	}
	if (connect(fd, (struct sockaddr *)&other, length) < 0 && errno != EINPROGRESS)
		return errno;
	error = type == SOCK_STREAM ? wait_for(fd, POLLOUT) : 0;
	if (!error && type == SOCK_DGRAM && send(fd, "?", 1, 0) < 0)
		error = errno;
	if (!error)
		error = wait_for(fd, POLLIN);
	if (error)
		return error;
	got = read(fd, answer, 79);
	if (got < 0)
		return errno;
	answer[got] = '\0';
	return got == 0 ? EPIPE : 0;
}

int peer_ask(
	int network, int type, const char *from, const char *to, unsigned port, char answer[80])
{
	int gate[2], status;
	pid_t child;

	if (pipe(gate) < 0)
		return errno;
	child = fork();
	if (child < 0)
		return errno;
	if (child == 0) {
		char text[80] = "";

		if (network >= 0 && setns(network, CLONE_NEWNET) < 0)
			_exit(255);
		status = ask(type, from, to, port, text);
		if (write(gate[1], text, sizeof(text)) < 0)
			_exit(255);
		_exit(status);
	}
	close(gate[1]);
	if (read(gate[0], answer, 80) < 0)
		answer[0] = '\0';
	close(gate[0]);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

void peer_status(pid_t pid, const char *key, char value[64])
{
	char path[64], line[256];

	value[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			snprintf(value, 64, "%s", line + strlen(key) + 1);
	if (file)
		fclose(file);
	value[strcspn(value, "\n")] = '\0';
}
