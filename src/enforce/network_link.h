/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Links, addresses, routes and rules as netlink requests; network_read.h reads them back.
 *
 * A service's link is a veth pair whose ends carry the same hardware address
 * and do no neighbour discovery (IFF_NOARP): a frame sent into one end is for
 * the other end, there is nobody else to ask for.  So no ARP or ND packet ever
 * has to be let through, and none can be forged.
 */

#include <stdbool.h>
#include <stdint.h>

struct enforce_netlink;
struct fault;

enum {
	NETWORK_MARK = 1,        /* packets for the gateway's transparent sockets */
	NETWORK_TABLE = 100,     /* where they are routed: everything is local */
	NETWORK_PRIORITY = 1000, /* of the rule that says so */
	NETWORK_LINK_NAME = 16,
	NETWORK_LINK_BYTES = 65535, /* of a packet: the most that a veth takes (ETH_MAX_MTU) */
};

#define NETWORK_SERVICE_LINK "eth0"

/* Link 0 is no service's: both of its ends are in the router, and the far one is never up.  By it
 * goes what has no other way, as to a service that is away, so that the router's table refuses it.
 */
enum { NETWORK_NOWHERE = 0 };
#define NETWORK_NOWHERE_LINK "s0"

/* "s12", "h0": the end of service link 12, or of NETWORK_DOOR, in the router. */
void enforce_network_link_name(uint32_t link, char name[NETWORK_LINK_NAME]);
/* Its interface number there, by which programs know it (enforce/network_shortcut.h). */
int enforce_network_link_index(uint32_t link);

/* The door's link, `gateway: nat`: its near end is in the router, the far one in the host. */
enum { NETWORK_DOOR = 1 << 20 };
#define NETWORK_DOOR_LINK "h0"

struct enforce_network_route {
	const char *to;     /* address, or a prefix with its '/'; NULL: everything of @family */
	int family;         /* AF_INET, AF_INET6 */
	int index;          /* of the interface */
	uint32_t table;     /* 0: main */
	bool local;         /* deliver here instead of sending */
	bool replace;       /* one that is there already */
	const char *source; /* preferred source address, or NULL */
	uint32_t nowhere;   /* by none (EHOSTUNREACH), with this metric; 0: by @index */
};

/* The requests are added to the batch; what the kernel says of them comes with its flush. */

/* The pair of @link: one end here, in the router, as enforce_network_link_name() says, the other as
 * @far in the network namespace @network. */
int enforce_network_link_pair(struct enforce_netlink *netlink, uint32_t link, const char *far,
	int network, struct fault *why);
/* Both ends of the link that is @name here, wherever the other is; -ENODEV: there is none. */
int enforce_network_link_away(struct enforce_netlink *netlink, const char *name, struct fault *why);
int enforce_network_link_up(struct enforce_netlink *netlink, int index, struct fault *why);
/* One address alone (/32, /128). */
int enforce_network_address(
	struct enforce_netlink *netlink, int index, const char *address, struct fault *why);
/* The same, for this link alone: nobody takes it to come from elsewhere. */
int enforce_network_link_address(
	struct enforce_netlink *netlink, int index, const char *address, struct fault *why);
int enforce_network_route(struct enforce_netlink *netlink,
	const struct enforce_network_route *route, struct fault *why);
/* Take it away: what goes @nowhere, or by @index. */
int enforce_network_route_away(struct enforce_netlink *netlink,
	const struct enforce_network_route *route, struct fault *why);
/* Packets with NETWORK_MARK look into NETWORK_TABLE. */
int enforce_network_rule(struct enforce_netlink *netlink, int family, struct fault *why);
