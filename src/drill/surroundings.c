/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: talking to what stands around a stack, and is no part of it. */
#include "drill/surroundings.h"

#include <string.h>

#include "drill/address.h"
#include "drill/call.h"
#include "drill/network.h"

/* The numbers that a link may have in a network with few of them, and how long an answer is waited
 * for, in naps. */
enum { FIRST_LINK = 1, LAST_LINK = 4, NAPS = 30 };

/* Which addresses of a link mean something on every link; which link is told by its number.  What
 * there is no link for is no answer. */
static bool no_link(long result)
{
	return result == -ENODEV || result == -EINVAL || result == -ENXIO;
}

static int connect_on_link(struct drill_context *context)
{
	union drill_address to;
	unsigned size = drill_address(context->first, context->second, &to);
	int first = -ENODEV;

	for (unsigned link = FIRST_LINK; link <= LAST_LINK; link++) {
		to.six.sin6_scope_id = link;
		int result = drill_connect_to(context, &to, size, 0);
		if (result == 0)
			return 0;
		if (!no_link(result) && no_link(first))
			first = result;
	}
	return first;
}

static long open_datagrams(struct drill_context *context, int family)
{
	const int type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

	return drill_call(context, SYS_socket, family, type, 0);
}

static long await(struct drill_context *context, long fd, unsigned char *text, size_t room)
{
	for (int naps = 0; naps < NAPS; naps++) {
		long length = drill_call(
			context, SYS_recvfrom, (int)fd, text, room, MSG_DONTWAIT, NULL, NULL);
		if (length != -EAGAIN)
			return length;
		drill_nap();
	}
	return -ETIMEDOUT;
}

/* EPERM of what is sent to an address: its cgroup's programs say the same of a connection there. */
static void tell_layer(struct drill_context *context, const union drill_address *to, unsigned size)
{
	long fd = syscall(SYS_socket, (int)to->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (syscall(SYS_connect, (int)fd, to, size) < 0 && errno == EPERM)
		context->layer = LAYER_LABELS;
	syscall(SYS_close, (int)fd);
}

/* By every link.  0 when it was sent by one of them. */
static long send_to_many(
	struct drill_context *context, long fd, union drill_address *to, unsigned size)
{
	bool six = to->any.sa_family == AF_INET6;
	long first = -ENODEV;

	for (unsigned link = FIRST_LINK; link <= (six ? LAST_LINK : FIRST_LINK); link++) {
		if (six)
			to->six.sin6_scope_id = link;
		long result =
			drill_call(context, SYS_sendto, (int)fd, "x", 1UL, MSG_DONTWAIT, to, size);
		if (result == -EPERM)
			tell_layer(context, to, size);
		if (result >= 0)
			first = 0;
		else if (first && !no_link(result) && no_link(first))
			first = result;
	}
	return first;
}

/* Who answers does so with an address of his own: so the socket has no peer. */
static int ask_many(struct drill_context *context, const char *text)
{
	union drill_address to;
	unsigned size = drill_address(text, context->second, &to);
	unsigned char byte;
	int yes = 1;
	long fd = open_datagrams(context, to.any.sa_family);

	if (fd < 0)
		return (int)fd;
	syscall(SYS_setsockopt, (int)fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes));
	long result = send_to_many(context, fd, &to, size);
	if (result >= 0)
		result = await(context, fd, &byte, 1);
	syscall(SYS_close, (int)fd);
	return drill_done(result);
}

static int ask_on_link(struct drill_context *context)
{
	return ask_many(context, context->first);
}

static int ask_all_hosts(struct drill_context *context)
{
	return ask_many(context, DRILL_ALL_HOSTS);
}

static int ask_name_group(struct drill_context *context)
{
	return ask_many(context, DRILL_GROUP4);
}

static int ask_everybody(struct drill_context *context)
{
	return ask_many(context, "255.255.255.255");
}

static int ask_all_nodes6(struct drill_context *context)
{
	return ask_many(context, "ff02::1");
}

static int ask_name_group6(struct drill_context *context)
{
	return ask_many(context, DRILL_GROUP6);
}

/* Be of a group by any link. */
static int join(struct drill_context *context, int family, int level, int option)
{
	union drill_address group;
	long first = -ENODEV, fd = open_datagrams(context, family);

	drill_address(family == AF_INET ? DRILL_GROUP4 : DRILL_GROUP6, NULL, &group);
	for (unsigned link = FIRST_LINK; fd >= 0 && link <= LAST_LINK && first; link++) {
		const struct ip_mreqn four = {group.four.sin_addr, {0}, (int)link};
		const struct ipv6_mreq six = {group.six.sin6_addr, link};
		const void *of = family == AF_INET ? (const void *)&four : (const void *)&six;
		const unsigned size = family == AF_INET ? sizeof(four) : sizeof(six);
		long result = drill_call(context, SYS_setsockopt, (int)fd, level, option, of, size);

		if (result == -EPERM)
			context->layer = LAYER_LABELS;
		if (!no_link(result) && no_link(first))
			first = result;
	}
	if (fd < 0)
		return (int)fd;
	syscall(SYS_close, (int)fd);
	return (int)first;
}

static int join_group(struct drill_context *context)
{
	return join(context, AF_INET, SOL_IP, IP_ADD_MEMBERSHIP);
}

static int join_group6(struct drill_context *context)
{
	return join(context, AF_INET6, SOL_IPV6, IPV6_JOIN_GROUP);
}

/* Two bytes of length, as TCP wants it, and a question (RFC 1035) for the text of a name that
 * nobody can have: data would stand in front of it. */
static const unsigned char question[] = "\x00\x2d"
					"\x42\x42\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
					"\x04"
					"data"
					"\x0e"
					"bulkhead-drill"
					"\x07"
					"invalid"
					"\x00"
					"\x00\x10\x00\x01";

enum { LENGTH_BYTES = 2, FLAGS_HIGH = 2, FLAGS_LOW = 3, ANSWER_BIT = 0x80, CODE = 15, REFUSED = 5 };

/* A resolver that refuses the name has let nothing out; whatever else it says, it has asked. */
static int judge(const unsigned char *answer, long length)
{
	if (length > FLAGS_LOW && answer[FLAGS_HIGH] & ANSWER_BIT &&
		(answer[FLAGS_LOW] & CODE) == REFUSED)
		return -ECONNREFUSED;
	return 0;
}

static int ask_name(struct drill_context *context)
{
	union drill_address to;
	unsigned size = drill_address(context->first, context->second, &to);
	unsigned char answer[64];
	long fd = open_datagrams(context, to.any.sa_family);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_connect, (int)fd, &to, size);
	if (result >= 0)
		result = drill_call(context, SYS_sendto, (int)fd, question + LENGTH_BYTES,
			sizeof(question) - 1 - LENGTH_BYTES, MSG_DONTWAIT, NULL, 0);
	if (result >= 0)
		result = await(context, fd, answer, sizeof(answer));
	syscall(SYS_close, (int)fd);
	return result < 0 ? (int)result : judge(answer, result);
}

/* A connection in which a question went out, unless its answer is a refusal. */
static int ask_name_by_stream(struct drill_context *context)
{
	union drill_address to;
	unsigned size = drill_address(context->first, context->second, &to);
	unsigned char answer[64];
	long fd = drill_call(
		context, SYS_socket, (int)to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_connect, (int)fd, &to, size), length = 0;
	if (result == -EACCES)
		context->layer = LAYER_LANDLOCK;
	if (result >= 0 && syscall(SYS_sendto, (int)fd, question, sizeof(question) - 1,
				   MSG_NOSIGNAL, NULL, 0) > 0)
		length = await(context, fd, answer, sizeof(answer));
	syscall(SYS_close, (int)fd);
	if (result < 0)
		return (int)result;
	return length > LENGTH_BYTES ? judge(answer + LENGTH_BYTES, length - LENGTH_BYTES) : 0;
}

#define ROW(name, says, need, run)                                                                 \
	{                                                                                          \
		name, says, need, DRILL_INET, LAYER_NETWORK, false, run                            \
	}

const struct drill_attempt drill_surroundings[] = {
	ROW("connect-metadata6", "connect to the metadata service of a cloud by IPv6",
		DRILL_METADATA6, drill_connect_first),
	ROW("connect-link-local", "connect to an address of the link", DRILL_LINK_LOCAL,
		drill_connect_first),
	ROW("ask-link-local", "exchange datagrams with it", DRILL_LINK_LOCAL, drill_ask_first),
	ROW("connect-link-local6", "connect to the router's address of the link by IPv6",
		DRILL_LINK_LOCAL6, connect_on_link),
	ROW("ask-link-local6", "exchange datagrams with it", DRILL_LINK_LOCAL6, ask_on_link),
	ROW("ask-all-hosts", "exchange datagrams with all hosts of the link", DRILL_AROUND,
		ask_all_hosts),
	ROW("ask-all-nodes6", "the same by IPv6", DRILL_AROUND, ask_all_nodes6),
	ROW("ask-name-group", "exchange datagrams with the group that knows names (mDNS)",
		DRILL_AROUND, ask_name_group),
	ROW("ask-name-group6", "the same by IPv6", DRILL_AROUND, ask_name_group6),
	ROW("ask-everybody", "exchange datagrams by broadcast", DRILL_AROUND, ask_everybody),
	ROW("join-group", "be of the group that knows names (mDNS)", DRILL_AROUND, join_group),
	ROW("join-group6", "the same by IPv6", DRILL_AROUND, join_group6),
	ROW("ask-resolver", "carry data out by a name asked where a resolver would be",
		DRILL_RESOLVER, ask_name),
	ROW("ask-resolver6", "the same by IPv6", DRILL_RESOLVER6, ask_name),
	ROW("ask-resolver-stream", "the same by a connection", DRILL_RESOLVER, ask_name_by_stream),
	ROW("ask-known-resolver", "carry data out by a name asked of a known resolver",
		DRILL_KNOWN_RESOLVER, ask_name),
	ROW("ask-known-resolver6", "the same by IPv6", DRILL_KNOWN_RESOLVER6, ask_name),
	ROW("ask-known-stream", "the same by a connection", DRILL_KNOWN_RESOLVER,
		ask_name_by_stream),
	ROW("connect-known-tls", "connect to a known resolver, encrypted", DRILL_KNOWN_TLS,
		drill_connect_first),
};
DRILL_COUNT(surroundings);
