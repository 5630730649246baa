/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/listener.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>

#include "base/scoped.h"
#include "gateway/address.h"

enum { BACKLOG = 4096, KEEPALIVE = 300 };

/* The flags of a TCP header; the filter sees packets from there on. */
enum { TCP_FLAGS = 13, SYN_ACK = 0x12 };

static int lock_filter(int fd)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN_ACK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYN_ACK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = {sizeof(instructions) / sizeof(instructions[0]), instructions};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &(int){1}, sizeof(int));
}

/* Accepted connections inherit the options of the socket that they came by. */
static int set_options(int fd, int family)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{SOL_SOCKET, SO_REUSEADDR, 1},
		{SOL_SOCKET, SO_REUSEPORT, 1},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE},
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{IPPROTO_IPV6, IPV6_V6ONLY, 1},
	};
	size_t count = sizeof(options) / sizeof(options[0]) - (family == AF_INET6 ? 0 : 1);

	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			    sizeof(int)) < 0)
			return -1;
	return lock_filter(fd);
}

int gateway_transparent(int fd, int family)
{
	if (family == AF_INET6)
		return setsockopt(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, &(int){1}, sizeof(int));
	return setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &(int){1}, sizeof(int));
}

int gateway_listen(const union gateway_address *address, socklen_t length, bool transparent)
{
	int family = address->any.sa_family;
	scoped(fd) int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || set_options(fd, family) < 0 ||
		(transparent && gateway_transparent(fd, family) < 0) ||
		bind(fd, &address->any, length) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return take_fd(&fd);
}
