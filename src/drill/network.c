/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: talking to undeclared peers, and being talked to. */
#include <stddef.h>
#include <sys/socket.h>

#include "drill/address.h"
#include "drill/call.h"
#include "drill/network.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

int drill_connect_to(
	struct drill_context *context, const union drill_address *to, unsigned size, int protocol)
{
	long fd = drill_call(
		context, SYS_socket, (int)to->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_connect, (int)fd, to, size);
	syscall(SYS_close, (int)fd);
	if (result == -EACCES)
		context->layer = LAYER_LANDLOCK;
	return drill_done(result);
}

static int connect_stream(struct drill_context *context, const char *text, int protocol)
{
	union drill_address to;
	unsigned size = drill_address(text, context->second, &to);

	return drill_connect_to(context, &to, size, protocol);
}

int drill_connect_first(struct drill_context *context)
{
	return connect_stream(context, context->first, 0);
}

static int connect_by_paths(struct drill_context *context)
{
	return connect_stream(context, context->first, IPPROTO_MPTCP);
}

static int connect_loopback(struct drill_context *context)
{
	return connect_stream(context, "127.0.0.1", 0);
}

static int connect_loopback6(struct drill_context *context)
{
	return connect_stream(context, "::1", 0);
}

/* Sending alone proves nothing: got through means that an answer came back. */
static int ask_by_datagram(struct drill_context *context, const char *text)
{
	char byte = 'x';
	union drill_address to;
	unsigned size = drill_address(text, context->second, &to);
	long fd = drill_call(
		context, SYS_socket, (int)to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_connect, (int)fd, &to, size);
	if (result >= 0)
		result = drill_call(context, SYS_sendto, (int)fd, &byte, 1UL, 0, NULL, 0);
	if (result >= 0)
		result = drill_call(context, SYS_recvfrom, (int)fd, &byte, 1UL, 0, NULL, NULL);
	syscall(SYS_close, (int)fd);
	return drill_done(result);
}

int drill_ask_first(struct drill_context *context)
{
	return ask_by_datagram(context, context->first);
}

static int ask_loopback(struct drill_context *context)
{
	return ask_by_datagram(context, "127.0.0.1");
}

/* The first data travels with the opening packet: no connect(2) for a filter to see. */
static int send_at_opening(struct drill_context *context)
{
	char byte = 'x';
	union drill_address to;
	unsigned size = drill_address(context->first, context->second, &to);
	long fd = drill_call(
		context, SYS_socket, (int)to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_sendto, (int)fd, &byte, 1UL, MSG_FASTOPEN, &to, size);
	syscall(SYS_close, (int)fd);
	/* The packet filter says no to a TCP connection by a reset. */
	if (result == -EPERM)
		context->layer = LAYER_LABELS;
	return drill_done(result);
}

enum { FIRST_UNPRIVILEGED = 1024 };

/* Bind and, where that works and means something, listen.  EACCES on a port that anybody may take
 * is Landlock's. */
static int take_port(struct drill_context *context, const char *text, const char *port, int type)
{
	unsigned long number = drill_number(port);
	union drill_address at;
	unsigned size = drill_address(text, port, &at);
	long fd = drill_call(context, SYS_socket, (int)at.any.sa_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_bind, (int)fd, &at, size);
	if (result >= 0 && type == SOCK_STREAM)
		result = drill_call(context, SYS_listen, (int)fd, 1);
	syscall(SYS_close, (int)fd);
	if (result == -EACCES && (number == 0 || number >= FIRST_UNPRIVILEGED))
		context->layer = LAYER_LANDLOCK;
	return drill_done(result);
}

static int listen_undeclared(struct drill_context *context)
{
	return take_port(context, "0.0.0.0", context->second, SOCK_STREAM);
}

static int listen_undeclared6(struct drill_context *context)
{
	return take_port(context, "::", context->second, SOCK_STREAM);
}

static int listen_any_port(struct drill_context *context)
{
	return take_port(context, "127.0.0.1", "0", SOCK_STREAM);
}

static int listen_low_port(struct drill_context *context)
{
	return take_port(context, "127.0.0.1", "25", SOCK_STREAM);
}

static int await_datagrams(struct drill_context *context)
{
	return take_port(context, "0.0.0.0", context->second, SOCK_DGRAM);
}

static int await_datagrams6(struct drill_context *context)
{
	return take_port(context, "::", context->second, SOCK_DGRAM);
}

static int await_low_datagrams(struct drill_context *context)
{
	return take_port(context, "127.0.0.1", "67", SOCK_DGRAM);
}

const struct drill_attempt drill_network[] = {
	{"connect-host", "connect to the host's loopback", DRILL_HOST_PORT, DRILL_INET,
		LAYER_NETWORK, false, connect_loopback},
	{"connect-host6", "connect to the host's IPv6 loopback", DRILL_HOST_PORT, DRILL_INET,
		LAYER_NETWORK, false, connect_loopback6},
	{"ask-host", "exchange datagrams with the host's loopback", DRILL_HOST_PORT, DRILL_INET,
		LAYER_NETWORK, false, ask_loopback},
	{"connect-near-port", "connect to an undeclared port of a declared peer", DRILL_NEAR_PORT,
		DRILL_INET, LAYER_NETWORK, false, drill_connect_first},
	{"connect-near-port6", "the same by IPv6", DRILL_NEAR_PORT6, DRILL_INET, LAYER_NETWORK,
		false, drill_connect_first},
	{"ask-near-port", "exchange datagrams with a declared peer", DRILL_NEAR_PORT, DRILL_INET,
		LAYER_NETWORK, false, drill_ask_first},
	{"connect-near-by-paths", "the same by multipath TCP, which Landlock does not see",
		DRILL_NEAR_PORT, DRILL_INET, LAYER_SECCOMP, false, connect_by_paths},
	{"open-near-at-opening", "the same by TCP fast open, without connect", DRILL_NEAR_PORT,
		DRILL_INET, LAYER_NETWORK, false, send_at_opening},
	{"connect-far-service", "connect to a service that it does not declare", DRILL_FAR_PORT,
		DRILL_INET, LAYER_NETWORK, false, drill_connect_first},
	{"ask-far-service", "exchange datagrams with it", DRILL_FAR_PORT, DRILL_INET, LAYER_NETWORK,
		false, drill_ask_first},
	{"connect-router", "connect to the router", DRILL_ROUTER_PORT, DRILL_INET, LAYER_NETWORK,
		false, drill_connect_first},
	{"connect-others-host", "connect to a port of the host that another service declares",
		DRILL_OUTLET_PORT, DRILL_INET, LAYER_NETWORK, false, drill_connect_first},
	{"connect-internet", "connect to the internet", DRILL_INTERNET, DRILL_INET, LAYER_NETWORK,
		false, drill_connect_first},
	{"connect-internet6", "connect to the internet by IPv6", DRILL_INTERNET6, DRILL_INET,
		LAYER_NETWORK, false, drill_connect_first},
	{"ask-name-server", "carry data out by questions about names", DRILL_NAME_SERVER,
		DRILL_INET, LAYER_NETWORK, false, drill_ask_first},
	{"ask-internet", "exchange datagrams with the internet", DRILL_INTERNET, DRILL_INET,
		LAYER_NETWORK, false, drill_ask_first},
	{"connect-metadata", "connect to the metadata service of a cloud", DRILL_METADATA,
		DRILL_INET, LAYER_NETWORK, false, drill_connect_first},
	{"listen-undeclared", "listen on a port that it does not declare", DRILL_FREE_PORT,
		DRILL_INET, LAYER_LANDLOCK, false, listen_undeclared},
	{"listen-undeclared6", "the same by IPv6", DRILL_FREE_PORT, DRILL_INET, LAYER_LANDLOCK,
		false, listen_undeclared6},
	{"listen-any-port", "listen on any port the kernel gives", DRILL_NOTHING, DRILL_INET,
		LAYER_LANDLOCK, false, listen_any_port},
	{"listen-low-port", "listen as a mail server", DRILL_NOTHING, DRILL_INET, LAYER_LANDLOCK,
		false, listen_low_port},
	{"await-datagrams", "await datagrams on a port that it does not declare", DRILL_FREE_PORT,
		DRILL_INET, LAYER_LABELS, false, await_datagrams},
	{"await-datagrams6", "the same by IPv6", DRILL_FREE_PORT, DRILL_INET, LAYER_LABELS, false,
		await_datagrams6},
	{"await-low-datagrams", "await datagrams as a server of addresses (DHCP)", DRILL_NOTHING,
		DRILL_INET, LAYER_LABELS, false, await_low_datagrams},
};
DRILL_COUNT(network);
