/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: making sockets that no rule of peers and ports sees. */
#include <linux/if_ether.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
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

/* A request to one of the kernel's parts: what follows the header is the family, and zeros. */
struct request {
	struct nlmsghdr header;
	unsigned char family;
	char rest[63];
};

/*
 * Ask the kernel by netlink, and hear what it says: to make the socket is one thing, to be
 * listened to another.  Getting as far as @error is getting through.
 */
static int ask_kernel(
	struct drill_context *context, int protocol, int type, unsigned length, int error)
{
	struct request request = {.header = {.nlmsg_len = (unsigned)sizeof(request.header) + length,
					  .nlmsg_type = (unsigned short)type,
					  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.family = AF_INET};
	struct {
		struct nlmsghdr header;
		int error;
		char rest[512];
	} answer = {.error = -EPROTO};
	long fd = drill_call(context, SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_sendto, (int)fd, &request,
		(unsigned long)request.header.nlmsg_len, 0, NULL, 0);
	if (result >= 0)
		result = drill_call(
			context, SYS_recvfrom, (int)fd, &answer, sizeof(answer), 0, NULL, NULL);
	syscall(SYS_close, (int)fd);
	/* Audit hears nobody of another user namespace. */
	if (result == -ECONNREFUSED)
		context->layer = LAYER_IDENTITY;
	if (result >= 0 && answer.header.nlmsg_type == NLMSG_ERROR)
		result = answer.error;
	return drill_reached(result, error);
}

/* The packet filter takes no word from who may not change it: CVE-2022-1015, CVE-2022-34918,
 * CVE-2023-32233, CVE-2024-1086 and many more came by tables of its own. */
static int make_netfilter(struct drill_context *context)
{
	return ask_kernel(context, NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | 16 /* state */,
		sizeof(struct nfgenmsg), EINVAL);
}

/* CVE-2017-7184, CVE-2022-27666: for a policy that is not there. */
static int make_ipsec(struct drill_context *context)
{
	return ask_kernel(
		context, NETLINK_XFRM, 0x15 /* XFRM_MSG_GETPOLICY */, 64 /* which */, ENOENT);
}

static int make_keys(struct drill_context *context)
{
	return make_socket(context, AF_KEY, SOCK_RAW, 2);
}

/* CVE-2022-2588, CVE-2023-1829, CVE-2023-4623, CVE-2025-38001: of a link that is not there. */
static int change_queues(struct drill_context *context)
{
	return ask_kernel(context, NETLINK_ROUTE, RTM_NEWQDISC, sizeof(struct tcmsg), ENODEV);
}

static int change_filters(struct drill_context *context)
{
	return ask_kernel(context, NETLINK_ROUTE, RTM_NEWTFILTER, sizeof(struct tcmsg), ENOENT);
}

static int give_address(struct drill_context *context)
{
	return ask_kernel(context, NETLINK_ROUTE, RTM_NEWADDR, 8 /* of what link */, EINVAL);
}

/* CVE-2021-22555: the packet filter's older door, which is an option of any socket. */
static int replace_tables(struct drill_context *context)
{
	char none = 0;
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_setsockopt, (int)fd, SOL_IP,
		64 /* IPT_SO_SET_REPLACE */, &none, sizeof(none));
	syscall(SYS_close, (int)fd);
	return drill_reached(result, EINVAL);
}

/* CVE-2023-0461, CVE-2025-39946: a protocol on top, by its name: the kernel looks for
 * a connection only where it knows that name. */
static int add_protocol(struct drill_context *context)
{
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_setsockopt, (int)fd, IPPROTO_TCP, TCP_ULP, "tls", 3);
	syscall(SYS_close, (int)fd);
	return drill_reached(result, ENOTCONN);
}

/* CVE-2017-6074 and CVE-2020-16119. */
static int make_congestion(struct drill_context *context)
{
	return make_socket(context, AF_INET, SOCK_DCCP, IPPROTO_DCCP);
}

/* CVE-2021-43267 and CVE-2022-0435. */
static int make_cluster(struct drill_context *context)
{
	return make_socket(context, AF_TIPC, SOCK_SEQPACKET, 0);
}

/* CVE-2018-5333. */
static int make_reliable(struct drill_context *context)
{
	return make_socket(context, 21 /* AF_RDS */, SOCK_SEQPACKET, 0);
}

static int make_bus(struct drill_context *context)
{
	return make_socket(context, AF_CAN, SOCK_RAW, 1);
}

static int make_bluetooth(struct drill_context *context)
{
	return make_socket(context, AF_BLUETOOTH, SOCK_RAW, 1);
}

static int make_link_layer(struct drill_context *context)
{
	return make_socket(context, AF_LLC, SOCK_DGRAM, 0);
}

/* Multipath TCP: what knows ports of TCP alone does not see it. */
static int make_paths(struct drill_context *context)
{
	return make_socket(context, AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
}

/* Drivers register what they can do here. */
static int make_generic(struct drill_context *context)
{
	return make_socket(context, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
}

static int hear_devices(struct drill_context *context)
{
	return make_socket(context, AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
}

static int ask_audit(struct drill_context *context)
{
	return ask_kernel(context, NETLINK_AUDIT, 1000 /* AUDIT_GET */, 0, EINVAL);
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
	{"make-netfilter", "be heard by the packet filter", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_netfilter},
	{"make-ipsec", "be heard by the kernel's IPsec", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_ipsec},
	{"make-keys", "make a socket to the kernel's older IPsec", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_keys},
	{"change-queues", "change how packets queue", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, change_queues},
	{"change-filters", "change how packets are sorted", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, change_filters},
	{"give-address", "give itself an address", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, give_address},
	{"replace-tables", "replace the tables of the packet filter by an option", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_CAPABILITIES, false, replace_tables},
	{"add-protocol", "put another protocol on top of TCP", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, add_protocol},
	{"make-congestion", "make a socket of DCCP", DRILL_NOTHING, DRILL_INET, LAYER_SECCOMP,
		false, make_congestion},
	{"make-cluster", "make a socket of clusters (TIPC)", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_cluster},
	{"make-reliable", "make a socket of reliable datagrams (RDS)", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, make_reliable},
	{"make-bus", "make a socket of vehicle buses", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_bus},
	{"make-bluetooth", "make a socket of Bluetooth", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_bluetooth},
	{"make-link-layer", "make a socket of the wire (LLC)", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_link_layer},
	{"make-paths", "make a socket of multipath TCP", DRILL_NOTHING, DRILL_INET, LAYER_SECCOMP,
		false, make_paths},
	{"make-generic", "make a socket to the kernel's drivers", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_generic},
	{"hear-devices", "make a socket that hears of devices", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, hear_devices},
	{"ask-audit", "ask the kernel's audit", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, ask_audit},
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
