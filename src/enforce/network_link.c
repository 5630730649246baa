/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/netlink.h"

enum { HARDWARE_ADDRESS = 6, FIRST_LINK = 1000 };

void enforce_network_link_name(uint32_t link, char name[NETWORK_LINK_NAME])
{
	if (link == NETWORK_DOOR)
		snprintf(name, NETWORK_LINK_NAME, "%s", NETWORK_DOOR_LINK);
	else
		snprintf(name, NETWORK_LINK_NAME, "s%u", link);
}

int enforce_network_link_index(uint32_t link)
{
	return FIRST_LINK + (int)link;
}

/* AF_INET or AF_INET6, by the colon. */
static int address_bytes(const char *address, unsigned char bytes[16])
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;

	return inet_pton(family, address, bytes) == 1 ? family : -EINVAL;
}

static void put_address(struct nlmsghdr *header, uint16_t type, const char *address)
{
	unsigned char bytes[16] = {0};
	int family = address_bytes(address, bytes);

	mnl_attr_put(header, type, family == AF_INET6 ? 16 : 4, bytes);
}

/* An address alone is a prefix of all its bits. */
static void put_destination(struct nlmsghdr *header, struct rtmsg *info, const char *to)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(to, '/');

	snprintf(address, sizeof(address), "%.*s", (int)strcspn(to, "/"), to);
	info->rtm_dst_len = slash ? (unsigned char)strtoul(slash + 1, NULL, 10)
			    : info->rtm_family == AF_INET6 ? 128
							   : 32;
	put_address(header, RTA_DST, address);
}

static void put_nowhere(struct nlmsghdr *header, struct rtmsg *info, uint32_t metric)
{
	info->rtm_type = RTN_UNREACHABLE;
	info->rtm_scope = RT_SCOPE_UNIVERSE;
	mnl_attr_put_u32(header, RTA_PRIORITY, metric);
}

/* Locally administered, the same on both ends. */
static void put_hardware(struct nlmsghdr *header, uint32_t link)
{
	const unsigned char address[HARDWARE_ADDRESS] = {0x02, 0x62, (unsigned char)(link >> 24),
		(unsigned char)(link >> 16), (unsigned char)(link >> 8), (unsigned char)link};

	mnl_attr_put(header, IFLA_ADDRESS, sizeof(address), address);
}

/* As long as packets can be, which the loopback's are, too: nothing here crosses a wire. */
static void put_length(struct nlmsghdr *header)
{
	mnl_attr_put_u32(header, IFLA_MTU, NETWORK_LINK_BYTES);
}

/* The peer is not brought up here: IFF_UP in VETH_INFO_PEER is answered by ENOTCONN. */
int enforce_network_link_pair(struct enforce_netlink *netlink, uint32_t link, const char *far_name,
	int network, struct fault *why)
{
	char name[NETWORK_LINK_NAME];
	struct nlmsghdr *header = enforce_netlink_add(
		netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "make a link", why);
	struct ifinfomsg *near, *far;
	struct nlattr *info, *data, *peer;

	if (!header)
		return -EIO;
	enforce_network_link_name(link, name);
	near = mnl_nlmsg_put_extra_header(header, sizeof(*near));
	near->ifi_flags = near->ifi_change = IFF_NOARP;
	near->ifi_index = enforce_network_link_index(link);
	mnl_attr_put_strz(header, IFLA_IFNAME, name);
	put_hardware(header, link);
	put_length(header);
	info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
	far = mnl_nlmsg_put_extra_header(header, sizeof(*far));
	far->ifi_flags = far->ifi_change = IFF_NOARP;
	mnl_attr_put_strz(header, IFLA_IFNAME, far_name);
	put_hardware(header, link);
	put_length(header);
	mnl_attr_put_u32(header, IFLA_NET_NS_FD, (uint32_t)network);
	mnl_attr_nest_end(header, peer);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, info);
	return 0;
}

int enforce_network_link_away(struct enforce_netlink *netlink, const char *name, struct fault *why)
{
	struct nlmsghdr *header =
		enforce_netlink_add(netlink, RTM_DELLINK, 0, "take a link away", why);

	if (!header)
		return -EIO;
	mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(header, IFLA_IFNAME, name);
	return 0;
}

int enforce_network_link_up(struct enforce_netlink *netlink, int index, struct fault *why)
{
	struct nlmsghdr *header =
		enforce_netlink_add(netlink, RTM_NEWLINK, 0, "bring a link up", why);
	struct ifinfomsg *info;

	if (!header)
		return -EIO;
	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->ifi_index = index;
	info->ifi_flags = info->ifi_change = IFF_UP;
	return 0;
}

static int add_address(struct enforce_netlink *netlink, int index, const char *address,
	unsigned char scope, struct fault *why)
{
	bool wide = strchr(address, ':') != NULL;
	struct nlmsghdr *header = enforce_netlink_add(
		netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, "set an address", why);
	struct ifaddrmsg *info;

	if (!header)
		return -EIO;
	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->ifa_family = wide ? AF_INET6 : AF_INET;
	info->ifa_prefixlen = wide ? 128 : 32;
	info->ifa_scope = scope;
	info->ifa_index = (unsigned)index;
	put_address(header, IFA_LOCAL, address);
	put_address(header, IFA_ADDRESS, address);
	/* The plan's routes are all there is. */
	mnl_attr_put_u32(
		header, IFA_FLAGS, wide ? IFA_F_NODAD | IFA_F_NOPREFIXROUTE : IFA_F_NOPREFIXROUTE);
	return 0;
}

int enforce_network_address(
	struct enforce_netlink *netlink, int index, const char *address, struct fault *why)
{
	return add_address(netlink, index, address, RT_SCOPE_UNIVERSE, why);
}

int enforce_network_link_address(
	struct enforce_netlink *netlink, int index, const char *address, struct fault *why)
{
	return add_address(netlink, index, address, RT_SCOPE_LINK, why);
}

int enforce_network_route(struct enforce_netlink *netlink,
	const struct enforce_network_route *route, struct fault *why)
{
	struct nlmsghdr *header = enforce_netlink_add(netlink, RTM_NEWROUTE,
		NLM_F_CREATE | (route->replace ? NLM_F_REPLACE : NLM_F_EXCL), "set a route", why);
	struct rtmsg *info;

	if (!header)
		return -EIO;
	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->rtm_family = (unsigned char)route->family;
	info->rtm_table = RT_TABLE_UNSPEC;
	info->rtm_protocol = RTPROT_STATIC;
	info->rtm_type = route->local ? RTN_LOCAL : RTN_UNICAST;
	info->rtm_scope =
		route->local ? RT_SCOPE_HOST : (route->family == AF_INET ? RT_SCOPE_LINK : 0);
	if (route->nowhere)
		put_nowhere(header, info, route->nowhere);
	if (route->to)
		put_destination(header, info, route->to);
	if (route->source)
		put_address(header, RTA_PREFSRC, route->source);
	if (!route->nowhere)
		mnl_attr_put_u32(header, RTA_OIF, (uint32_t)route->index);
	mnl_attr_put_u32(header, RTA_TABLE, route->table ? route->table : RT_TABLE_MAIN);
	return 0;
}

int enforce_network_route_away(struct enforce_netlink *netlink,
	const struct enforce_network_route *route, struct fault *why)
{
	struct nlmsghdr *header =
		enforce_netlink_add(netlink, RTM_DELROUTE, 0, "take a route away", why);
	struct rtmsg *info;

	if (!header)
		return -EIO;
	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->rtm_family = (unsigned char)route->family;
	info->rtm_table = RT_TABLE_UNSPEC;
	info->rtm_scope = RT_SCOPE_NOWHERE;
	if (route->nowhere)
		put_nowhere(header, info, route->nowhere);
	if (route->to)
		put_destination(header, info, route->to);
	if (!route->nowhere)
		mnl_attr_put_u32(header, RTA_OIF, (uint32_t)route->index);
	mnl_attr_put_u32(header, RTA_TABLE, route->table ? route->table : RT_TABLE_MAIN);
	return 0;
}

int enforce_network_rule(struct enforce_netlink *netlink, int family, struct fault *why)
{
	struct nlmsghdr *header = enforce_netlink_add(netlink, RTM_NEWRULE,
		NLM_F_CREATE | NLM_F_EXCL, "set the rule for transparent sockets", why);
	struct fib_rule_hdr *info;

	if (!header)
		return -EIO;
	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->family = (unsigned char)family;
	info->action = FR_ACT_TO_TBL;
	info->table = RT_TABLE_UNSPEC;
	mnl_attr_put_u32(header, FRA_PRIORITY, NETWORK_PRIORITY);
	mnl_attr_put_u32(header, FRA_FWMARK, NETWORK_MARK);
	mnl_attr_put_u32(header, FRA_FWMASK, UINT32_MAX);
	mnl_attr_put_u32(header, FRA_TABLE, NETWORK_TABLE);
	return 0;
}
