/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union control {
	char room[CMSG_SPACE(STACK_ANSWER_FDS * sizeof(int))];
	struct cmsghdr align;
};

static int send_packet(int channel, const void *data, size_t length, const int *fds, size_t count)
{
	union control control = {0};
	struct iovec part = {(void *)data, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (count > 0) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	do
		sent = sendmsg(channel, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static void take_descriptors(struct msghdr *message, int fds[STACK_ANSWER_FDS])
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return;
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(header),
		(count < STACK_ANSWER_FDS ? count : STACK_ANSWER_FDS) * sizeof(int));
}

/* One packet of exactly @length bytes. */
static int receive_packet(int channel, void *data, size_t length, int fds[STACK_ANSWER_FDS])
{
	union control control = {0};
	struct iovec part = {data, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t got;

	if (fds) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
	}
	do
		got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got < 0 ? -errno : 0;
	if (fds)
		take_descriptors(&message, fds);
	return (size_t)got == length && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ? 1
											: -EPROTO;
}

int stack_channel_ask(int channel, const struct stack_request *request)
{
	return send_packet(channel, request, sizeof(*request), NULL, 0);
}

int stack_channel_answer(
	int channel, const struct stack_answer *answer, const int *fds, size_t count)
{
	return send_packet(channel, answer, sizeof(*answer), fds, count);
}

int stack_channel_request(int channel, struct stack_request *request)
{
	return receive_packet(channel, request, sizeof(*request), NULL);
}

int stack_channel_heard(int channel, struct stack_answer *answer, int fds[STACK_ANSWER_FDS])
{
	for (int i = 0; i < STACK_ANSWER_FDS; i++)
		fds[i] = -1;
	return receive_packet(channel, answer, sizeof(*answer), fds);
}
