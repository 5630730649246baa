/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/calls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define STREAM (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)
#define SOCKET(family)                                                                             \
	{                                                                                          \
		"socket", {{0, family}, {1, STREAM}, {2, 0}}, 3                                    \
	}
#define OPTION(level, name)                                                                        \
	{                                                                                          \
		"setsockopt", {{1, level}, {2, name}}, 2                                           \
	}

/* No listen: no new doors.  No sendto: no fast open.  No mmap: all memory is there.  write: to say
 * that it serves. */
#define SERVING                                                                                    \
	{"accept4"}, {"clock_gettime"}, {"close"}, {"connect"}, {"epoll_ctl"}, {"epoll_pwait"},    \
		{"epoll_wait"}, {"exit"}, {"exit_group"}, {"getsockopt"}, {"pipe2"},               \
		{"rt_sigreturn"}, {"shutdown"}, {"splice"}, {"write"}, SOCKET(AF_INET),            \
		SOCKET(AF_INET6), OPTION(SOL_SOCKET, SO_LINGER), OPTION(IPPROTO_TCP, TCP_NODELAY)

/* To connect in the name of a client. */
static const struct enforce_own_call gateway_calls[] = {
	SERVING,
	{"bind"},
	OPTION(SOL_SOCKET, SO_REUSEADDR),
	OPTION(IPPROTO_IP, IP_TRANSPARENT),
	OPTION(IPPROTO_IPV6, IPV6_TRANSPARENT),
};

const struct enforce_own gateway_own = {
	.name = "gateway",
	.calls = gateway_calls,
	.call_count = sizeof(gateway_calls) / sizeof(gateway_calls[0]),
};

/* To hear whom a client calls, and by which name, and to ask the kernel for the way there. */
static const struct enforce_own_call outlet_calls[] = {
	SERVING, {"getsockname"}, {"read"}, {"recvfrom"}};

const struct enforce_own outlet_own = {
	.name = "outlet",
	.calls = outlet_calls,
	.call_count = sizeof(outlet_calls) / sizeof(outlet_calls[0]),
};
