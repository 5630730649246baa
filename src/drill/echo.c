/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/echo.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "drill/echo_part.h"

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

/* Each port: TCP and UDP, twice when only the two loopbacks are meant. */
enum {
	SOCKETS = 4 * DRILL_ECHO_PORTS + 2 * DRILL_ECHO_ADDRESSES + DRILL_ECHO_SOCKETS + 1,
	TRIES = 50
};

struct room {
	struct pollfd sockets[SOCKETS];
	size_t count;
	bool machine, shared, groups; /* as the next socket is to be */
};

static int keep(struct room *room, int fd)
{
	room->sockets[room->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	return 0;
}

/* IPv6 sockets on :: take IPv4 as well; a datagram is answered from where it was sent to. */
static int open_port(
	struct room *room, int type, const struct in6_addr *address, bool only6, uint16_t port)
{
	int yes = 1, only = only6;
	struct sockaddr_in6 at = {
		.sin6_family = AF_INET6, .sin6_addr = *address, .sin6_port = htons(port)};
	scoped(fd) int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	setsockopt(fd, SOL_IPV6, IPV6_RECVPKTINFO, &yes, sizeof(yes));
	/* And from an address that is its own by a route alone. */
	setsockopt(fd, SOL_IPV6, IPV6_FREEBIND, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (room->machine && drill_echo_hear_machine(fd) < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		(type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0))
		return room->shared && errno == EADDRINUSE ? 0 : -errno;
	if (room->groups && type == SOCK_DGRAM)
		drill_echo_join(fd);
	return keep(room, take_fd(&fd));
}

static int open_both(struct room *room, const struct in6_addr *address, bool only6, uint16_t port)
{
	int error = open_port(room, SOCK_STREAM, address, only6, port);

	return error ? error : open_port(room, SOCK_DGRAM, address, only6, port);
}

static const struct in6_addr mapped_loopback = {
	.s6_addr = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}};

static int open_loopback(struct room *room, const struct drill_echo *echo, uint16_t port)
{
	int error = open_both(room, &mapped_loopback, false, port);

	if (!error)
		error = open_both(room, &in6addr_loopback, true, port);
	/* A host without IPv6: what goes for ::1 fails unconfined too, and is void. */
	if (error == -EADDRNOTAVAIL)
		error = 0;
	room->machine = true;
	for (size_t i = 0; i < echo->address_count && !error; i++)
		error = open_both(room, &echo->addresses[i], false, port);
	room->machine = false;
	return error;
}

/* Any port that is free for all sockets of the machine. */
static int open_any(struct room *room, const struct drill_echo *echo, uint16_t *port)
{
	int error = -EADDRINUSE;

	for (unsigned try = 0; try < TRIES && error; try++) {
		for (size_t i = 0; i < room->count; i++)
			close(room->sockets[i].fd);
		room->count = 0;
		*port = (uint16_t)(47200 + ((unsigned)getpid() * 31 + try) % 3000);
		error = open_loopback(room, echo, *port);
	}
	return error;
}

static int listen_unix(struct room *room, const char *name, bool abstract)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	scoped(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (length + 2 > sizeof(at.sun_path))
		return -ENAMETOOLONG;
	memcpy(at.sun_path + abstract, name, length);
	if (bind(fd, (struct sockaddr *)&at,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1)) < 0 ||
		listen(fd, SOMAXCONN) < 0)
		return -errno;
	return keep(room, take_fd(&fd));
}

/* From within its folder: the whole path may be longer than an address of a socket. */
static int open_socket(struct room *room, const struct drill_echo_socket *given)
{
	if (chdir(given->folder) < 0)
		return -errno;
	int error = listen_unix(room, given->name, false);
	if (error)
		return error;
	return fchownat(AT_FDCWD, given->name, given->uid, given->gid, AT_SYMLINK_NOFOLLOW) < 0 ||
			       chmod(given->name, given->mode) < 0
		       ? -errno
		       : 0;
}

static int open_room(struct drill_echo *echo, struct room *room)
{
	int error = 0;

	if (echo->network >= 0 && setns(echo->network, CLONE_NEWNET) < 0)
		return -errno;
	room->shared = echo->shared;
	room->groups = echo->groups;
	if (echo->port_count && !echo->ports[0])
		error = open_any(room, echo, &echo->ports[0]);
	else
		for (size_t i = 0; i < echo->port_count && !error; i++)
			error = echo->loopback
					? open_loopback(room, echo, echo->ports[i])
					: open_both(room, &in6addr_any, false, echo->ports[i]);
	if (!error && echo->abstract)
		error = listen_unix(room, echo->abstract, true);
	for (size_t i = 0; i < echo->socket_count && !error; i++)
		error = open_socket(room, &echo->sockets[i]);
	return error;
}

static void answer(int fd)
{
	char byte, control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct sockaddr_in6 from;
	struct iovec vector = {&byte, 1};
	struct msghdr message = {.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	int type = 0;
	socklen_t size = sizeof(type);

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
	if (type == SOCK_STREAM) {
		int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		if (peer >= 0)
			close(peer);
		return;
	}
	if (recvmsg(fd, &message, 0) < 0)
		return;
	/* The interface must not be forced: replies take the route that they take. */
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo about;
		memcpy(&about, CMSG_DATA(header), sizeof(about));
		/* From a group or from everybody nothing can be sent. */
		if (drill_echo_many(&about.ipi6_addr))
			message.msg_controllen = 0;
		about.ipi6_ifindex =
			IN6_IS_ADDR_LINKLOCAL(&about.ipi6_addr) ? about.ipi6_ifindex : 0;
		memcpy(CMSG_DATA(header), &about, sizeof(about));
	}
	sendmsg(fd, &message, MSG_DONTWAIT);
}

/* Never returns: it is killed, by its parent's death at the latest. */
static void serve(struct room *room)
{
	for (;;) {
		if (poll(room->sockets, room->count, -1) < 0 && errno != EINTR)
			_exit(1);
		for (size_t i = 0; i < room->count; i++)
			if (room->sockets[i].revents)
				answer(room->sockets[i].fd);
	}
}

static void run(struct drill_echo *echo, int ready)
{
	struct room room = {0};
	struct {
		int error;
		uint16_t port;
	} told;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	told.error = open_room(echo, &room);
	told.port = echo->ports[0];
	if (write(ready, &told, sizeof(told)) != (ssize_t)sizeof(told) || told.error)
		_exit(1);
	/* Nobody may wait for the end of a pipe that this process happens to hold. */
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	close(ready);
	serve(&room);
}

void drill_echo_port(struct drill_echo *echo, unsigned port)
{
	for (size_t i = 0; i < echo->port_count; i++)
		if (echo->ports[i] == port)
			return;
	if (echo->port_count < DRILL_ECHO_PORTS)
		echo->ports[echo->port_count++] = (uint16_t)port;
}

int drill_echo(struct drill_echo *echo, pid_t *pid, struct fault *why)
{
	struct where nowhere = {0};
	int pipes[2];
	struct {
		int error;
		uint16_t port;
	} told = {.error = -EPIPE};

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, nowhere, "cannot make a pipe");
	scoped(fd) int heard = pipes[0], ready = pipes[1];
	*pid = fork();
	if (*pid < 0)
		return fault(why, -errno, nowhere, "cannot fork");
	if (*pid == 0)
		run(echo, ready);
	close(take_fd(&ready));
	if (read(heard, &told, sizeof(told)) != (ssize_t)sizeof(told))
		told.error = -EPIPE;
	if (told.error)
		return fault(why, told.error, nowhere, "the drill cannot listen for its attempts");
	if (echo->port_count)
		echo->ports[0] = told.port;
	return 0;
}
