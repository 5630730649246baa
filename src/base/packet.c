/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union control {
	char room[CMSG_SPACE(PACKET_DESCRIPTORS * sizeof(int))];
	struct cmsghdr align;
};

int packet_send(int socket, const void *data, size_t length, const int *fds, size_t count)
{
	union control control = {0};
	struct iovec part = {(void *)data, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (count > PACKET_DESCRIPTORS)
		return -EINVAL;
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
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static void take_descriptors(struct msghdr *message, int *fds, size_t most)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return;
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(header), (count < most ? count : most) * sizeof(int));
}

int packet_receive(int socket, void *data, size_t length, int *fds, size_t count)
{
	union control control = {0};
	struct iovec part = {data, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t got;

	for (size_t i = 0; i < count; i++)
		fds[i] = -1;
	if (count > PACKET_DESCRIPTORS)
		return -EINVAL;
	if (count > 0) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	}
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got < 0 ? -errno : 0;
	take_descriptors(&message, fds, count);
	return (size_t)got == length && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ? 1
											: -EPROTO;
}
