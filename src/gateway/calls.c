/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/calls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define SOCKET(family, type)                                                                       \
	{                                                                                          \
		"socket", {{0, family}, {1, (type) | SOCK_NONBLOCK | SOCK_CLOEXEC}, {2, 0}}, 3     \
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
		{"rt_sigreturn"}, {"shutdown"}, {"splice"}, {"write"},                             \
		SOCKET(AF_INET, SOCK_STREAM), SOCKET(AF_INET6, SOCK_STREAM),                       \
		OPTION(SOL_SOCKET, SO_LINGER), OPTION(IPPROTO_TCP, TCP_NODELAY)

/* To connect in the name of a client. */
#define SHOWING                                                                                    \
	{"bind"}, OPTION(SOL_SOCKET, SO_REUSEADDR), OPTION(IPPROTO_IP, IP_TRANSPARENT),            \
		OPTION(IPPROTO_IPV6, IPV6_TRANSPARENT)

/* To hear whom a client calls, and by which name, and to ask the kernel for the way there. */
#define LEADING                                                                                    \
	{"getsockname"}, {"read"},                                                                 \
	{                                                                                          \
		"recvfrom"                                                                         \
	}

/* With these flags alone a message connects nobody: there is no fast open. */
#define DATAGRAMS                                                                                  \
	SOCKET(AF_INET, SOCK_DGRAM), SOCKET(AF_INET6, SOCK_DGRAM), {"recvmsg"},                    \
	{                                                                                          \
		"sendmsg", {{2, MSG_DONTWAIT | MSG_NOSIGNAL}}, 1                                   \
	}

static const struct enforce_own_call gateway_calls[] = {SERVING, SHOWING};
static const struct enforce_own_call gateway_datagram_calls[] = {SERVING, SHOWING, DATAGRAMS};
static const struct enforce_own_call outlet_calls[] = {SERVING, LEADING};
static const struct enforce_own_call outlet_datagram_calls[] = {SERVING, LEADING, DATAGRAMS};

#define OWN(is, table)                                                                             \
	{                                                                                          \
		.name = (is), .calls = (table), .call_count = sizeof(table) / sizeof((table)[0])   \
	}

const struct enforce_own gateway_own = OWN("gateway", gateway_calls);
const struct enforce_own gateway_datagrams_own = OWN("gateway", gateway_datagram_calls);
const struct enforce_own outlet_own = OWN("outlet", outlet_calls);
const struct enforce_own outlet_datagrams_own = OWN("outlet", outlet_datagram_calls);
