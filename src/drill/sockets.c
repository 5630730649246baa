/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: making sockets that no rule of peers and ports sees. */
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "drill/call.h"

static int make_socket(struct drill_context *context, int family, int type, int protocol)
{
	long fd = drill_call(context, SYS_socket, family, type | SOCK_CLOEXEC, protocol);

	if (fd >= 0)
		syscall(SYS_close, (int)fd);
	return drill_done(fd);
}

static int make_raw(struct drill_context *context)
{
	return make_socket(context, AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int make_packet(struct drill_context *context)
{
	return make_socket(context, AF_PACKET, SOCK_RAW, 0);
}

static int make_machine(struct drill_context *context)
{
	return make_socket(context, AF_VSOCK, SOCK_STREAM, 0);
}

static int make_netfilter(struct drill_context *context)
{
	return make_socket(context, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
}

static int make_ipsec(struct drill_context *context)
{
	return make_socket(context, AF_NETLINK, SOCK_RAW, NETLINK_XFRM);
}

/* Past every packet filter, straight to the driver. */
static int make_express(struct drill_context *context)
{
	return make_socket(context, AF_XDP, SOCK_RAW, 0);
}

static int make_sctp(struct drill_context *context)
{
	return make_socket(context, AF_INET, SOCK_STREAM, IPPROTO_SCTP);
}

static int make_crypto(struct drill_context *context)
{
	return make_socket(context, AF_ALG, SOCK_SEQPACKET, 0);
}

static int make_internet(struct drill_context *context)
{
	return make_socket(context, AF_INET, SOCK_STREAM, 0);
}

static int make_local(struct drill_context *context)
{
	return make_socket(context, AF_UNIX, SOCK_STREAM, 0);
}

/* To speak with an address that is not its own. */
static int take_address(struct drill_context *context)
{
	int yes = 1;
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(
		context, SYS_setsockopt, (int)fd, SOL_IP, IP_TRANSPARENT, &yes, sizeof(yes));
	syscall(SYS_close, (int)fd);
	return drill_done(result);
}

const struct drill_attempt drill_sockets[] = {
	{"make-raw", "make a raw socket", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		make_raw},
	{"make-packet", "make a packet socket", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, make_packet},
	{"make-machine", "make a socket between machines", DRILL_NOTHING, DRILL_INET, LAYER_SECCOMP,
		false, make_machine},
	{"make-netfilter", "make a socket to the packet filter", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_netfilter},
	{"make-ipsec", "make a socket to the kernel's IPsec", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_ipsec},
	{"make-express", "make a socket past every packet filter", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_express},
	{"make-sctp", "make a socket of SCTP, which no rule of ports sees", DRILL_NOTHING,
		DRILL_INET, LAYER_SECCOMP, false, make_sctp},
	{"make-crypto", "make a socket to the kernel's cryptography", DRILL_NOTHING, DRILL_INET,
		LAYER_SECCOMP, false, make_crypto},
	{"make-internet", "make any network socket where the role has none", DRILL_UNLINKED,
		DRILL_INET, LAYER_SECCOMP, false, make_internet},
	{"make-local", "make any local socket where the role has none", DRILL_UNLINKED, DRILL_UNIX,
		LAYER_SECCOMP, false, make_local},
	{"take-address", "speak with another's address", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, take_address},
};
DRILL_COUNT(sockets);
