/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/family.h"

#include <stddef.h>
#include <sys/socket.h>

/* Numbers that the headers of a stock 6.1 system lack are written out. */
#define MCTP 45

#define FAMILY(family, text, granted)                                                              \
	{                                                                                          \
		family, #family, text, granted                                                     \
	}

static const struct catalog_family families[] = {
	FAMILY(AF_UNIX, "other processes of this machine, by path", "unix-sockets"),
	FAMILY(AF_INET, "the network, by IPv4", "inet-stream-sockets"),
	FAMILY(AF_AX25, "amateur radio", NULL),
	FAMILY(AF_IPX, "Novell networks", NULL),
	FAMILY(AF_APPLETALK, "AppleTalk networks", NULL),
	FAMILY(AF_NETROM, "amateur radio (NET/ROM)", NULL),
	FAMILY(AF_ATMPVC, "ATM circuits", NULL),
	FAMILY(AF_X25, "X.25 networks", NULL),
	FAMILY(AF_INET6, "the network, by IPv6", "inet-stream-sockets"),
	FAMILY(AF_ROSE, "amateur radio (ROSE)", NULL),
	FAMILY(AF_KEY, "IPsec keys of the kernel", NULL),
	FAMILY(AF_NETLINK, "the kernel's configuration", "route-netlink"),
	FAMILY(AF_PACKET, "the wire itself, below IP", NULL),
	FAMILY(AF_ATMSVC, "switched ATM circuits", NULL),
	FAMILY(AF_RDS, "cluster interconnects (RDS)", NULL),
	FAMILY(AF_PPPOX, "PPP tunnels", NULL),
	FAMILY(AF_LLC, "the wire, by logical link control", NULL),
	FAMILY(AF_IB, "InfiniBand addresses", NULL),
	FAMILY(AF_MPLS, "MPLS labels", NULL),
	FAMILY(AF_CAN, "vehicle buses", NULL),
	FAMILY(AF_TIPC, "cluster nodes (TIPC)", NULL),
	FAMILY(AF_BLUETOOTH, "Bluetooth devices", NULL),
	FAMILY(AF_IUCV, "other guests of a mainframe", NULL),
	FAMILY(AF_RXRPC, "AFS servers", NULL),
	FAMILY(AF_ISDN, "telephone lines", NULL),
	FAMILY(AF_PHONET, "phone modems", NULL),
	FAMILY(AF_IEEE802154, "low-power radio", NULL),
	FAMILY(AF_CAIF, "phone modems (CAIF)", NULL),
	FAMILY(AF_ALG, "the kernel's cryptography", NULL),
	FAMILY(AF_NFC, "near-field radio", NULL),
	FAMILY(AF_VSOCK, "the hypervisor and its other guests", NULL),
	FAMILY(AF_KCM, "message framing in the kernel", NULL),
	FAMILY(AF_QIPCRTR, "modem processors", NULL),
	FAMILY(AF_SMC, "shared memory of other machines", NULL),
	FAMILY(AF_XDP, "network queues, past the network stack", NULL),
	{MCTP, "AF_MCTP", "management controllers of the board", NULL},
};

enum { COUNT = sizeof(families) / sizeof(families[0]) };

const struct catalog_family *catalog_family(uint32_t number)
{
	for (size_t i = 0; i < COUNT; i++)
		if (families[i].number == number)
			return &families[i];
	return NULL;
}
