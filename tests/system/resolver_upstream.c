/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/resolver_upstream.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/gateway/message.h"

static void add_many(struct message *to, const struct seen *asked, int count)
{
	for (int i = 0; asked->type == TYPE_A && i < count; i++) {
		const unsigned char address[] = {203, 0, 113, (unsigned char)(100 + i)};

		message_record(to, ANSWER, asked->question, TYPE_A, 1, 60, address, 4);
	}
}

static void add_one(
	struct message *to, const struct seen *asked, const char *text4, const char *text6)
{
	unsigned char address[16];

	inet_pton(asked->type == TYPE_A ? AF_INET : AF_INET6, asked->type == TYPE_A ? text4 : text6,
		address);
	message_record(to, ANSWER, asked->question, asked->type, 1, 300, address,
		asked->type == TYPE_A ? 4 : 16);
}

/* False: say nothing. */
static bool write_reply(struct message *to, const struct seen *asked, bool stream)
{
	const char *name = asked->question;

	message_begin(to, asked->id, MESSAGE_FLAGS_REPLY, name, asked->type);
	if (strcasecmp(name, "api.example.com") == 0) {
		add_one(to, asked, "203.0.113.5", "2001:db8::5");
	} else if (strcasecmp(name, "many.example.com") == 0) {
		add_many(to, asked, 40);
	} else if (strcasecmp(name, "big.example.com") == 0) {
		if (stream)
			add_many(to, asked, 60);
		else
			to->bytes[2] |= MESSAGE_TRUNCATED >> 8;
	} else if (strcasecmp(name, "alias.example.com") == 0) {
		message_alias(to, ANSWER, name, "target.elsewhere.test", 300);
	} else if (strcasecmp(name, "target.elsewhere.test") == 0) {
		add_one(to, asked, "203.0.113.9", "2001:db8::9");
	} else if (strcasecmp(name, "trap.example.com") == 0) {
		add_one(to, asked, "169.254.169.254", "fd00:ec2::254");
	} else if (strcasecmp(name, "silent.example.com") == 0) {
		return false;
	} else {
		to->bytes[3] |= 3;
		message_nothing(to, "example.com", 60, 60);
	}
	return true;
}

static struct message reply;
static struct seen asked;
static unsigned char bytes[65535];

static void serve_datagram(int fd, int questions)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &length);

	if (got > 0 && message_read(bytes, (size_t)got, &asked) && write(questions, "u", 1) == 1 &&
		write_reply(&reply, &asked, false))
		sendto(fd, reply.bytes, reply.length, 0, (struct sockaddr *)&from, length);
}

static void serve_stream(int listener, int questions)
{
	int fd = accept(listener, NULL, NULL);
	unsigned char head[2];

	if (recv(fd, head, 2, MSG_WAITALL) == 2) {
		const size_t length = (size_t)head[0] << 8 | head[1];

		if (recv(fd, bytes, length, MSG_WAITALL) == (ssize_t)length &&
			message_read(bytes, length, &asked) && write(questions, "t", 1) == 1 &&
			write_reply(&reply, &asked, true)) {
			head[0] = (unsigned char)(reply.length >> 8);
			head[1] = (unsigned char)reply.length;
			/* In pieces, as TCP may. */
			if (write(fd, head, 1) == 1 && usleep(1000) == 0 &&
				write(fd, head + 1, 1) == 1)
				(void)!write(fd, reply.bytes, reply.length);
		}
	}
	close(fd);
}

pid_t resolver_upstream(const char *address, int questions)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct pollfd fds[] = {
		{.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .events = POLLIN},
		{.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .events = POLLIN},
	};

	inet_pton(AF_INET, address, &at.sin_addr);
	for (int i = 0; i < 2; i++)
		if (setsockopt(fds[i].fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0 ||
			bind(fds[i].fd, (struct sockaddr *)&at, sizeof(at)) < 0)
			return -1;
	if (listen(fds[1].fd, 16) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (poll(fds, 2, -1) > 0) {
			if (fds[0].revents)
				serve_datagram(fds[0].fd, questions);
			if (fds[1].revents)
				serve_stream(fds[1].fd, questions);
		}
		_exit(1);
	}
	close(fds[0].fd);
	close(fds[1].fd);
	return pid;
}
