/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network_end.h"
#include "enforce/network_end_part.h"

enum { CTNETLINK = NFNL_SUBSYS_CTNETLINK << 8 };

struct found {
	unsigned char family;
	const void *original; /* the attribute as the kernel wrote it */
	uint16_t length;
};

struct search {
	bool (*is)(const void *what, const struct network_flow *flow);
	const void *what;
	struct arena *arena;
	struct found *found;
	size_t count;
};

static void take_address(const struct nlattr *attribute, unsigned char address[16])
{
	const uint16_t length = mnl_attr_get_payload_len(attribute);

	if (length <= 16)
		memcpy(address, mnl_attr_get_payload(attribute), length);
}

static uint32_t port_of(const struct nlattr *attribute)
{
	return mnl_attr_get_payload_len(attribute) == 2 ? ntohs(mnl_attr_get_u16(attribute)) : 0;
}

static void read_addresses(const struct nlattr *nest, struct network_flow_way *way)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, nest)
	{
		switch (mnl_attr_get_type(attribute)) {
		case CTA_IP_V4_SRC:
		case CTA_IP_V6_SRC:
			take_address(attribute, way->from);
			break;
		case CTA_IP_V4_DST:
		case CTA_IP_V6_DST:
			take_address(attribute, way->to);
			break;
		default:
			break;
		}
	}
}

static void read_ports(const struct nlattr *nest, struct network_flow_way *way)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, nest)
	{
		switch (mnl_attr_get_type(attribute)) {
		case CTA_PROTO_NUM:
			way->protocol = mnl_attr_get_u8(attribute);
			break;
		case CTA_PROTO_SRC_PORT:
			way->from_port = port_of(attribute);
			break;
		case CTA_PROTO_DST_PORT:
			way->to_port = port_of(attribute);
			break;
		default:
			break;
		}
	}
}

static void read_way(const struct nlattr *tuple, struct network_flow_way *way)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, tuple)
	{
		if (mnl_attr_get_type(attribute) == CTA_TUPLE_IP)
			read_addresses(attribute, way);
		else if (mnl_attr_get_type(attribute) == CTA_TUPLE_PROTO)
			read_ports(attribute, way);
	}
}

static int take(const struct nlmsghdr *header, void *context)
{
	const struct nfgenmsg *about = mnl_nlmsg_get_payload(header);
	const struct nlattr *attribute, *original = NULL;
	struct search *search = context;
	struct network_flow flow = {.family = about->nfgen_family};

	mnl_attr_for_each(attribute, header, sizeof(*about))
	{
		if (mnl_attr_get_type(attribute) == CTA_TUPLE_ORIG) {
			original = attribute;
			read_way(attribute, &flow.there);
		} else if (mnl_attr_get_type(attribute) == CTA_TUPLE_REPLY) {
			read_way(attribute, &flow.back);
		} else if (mnl_attr_get_type(attribute) == CTA_MARK &&
			   mnl_attr_get_payload_len(attribute) == sizeof(uint32_t)) {
			flow.mark = ntohl(mnl_attr_get_u32(attribute));
		}
	}
	if (!original || !search->is(search->what, &flow))
		return 0;
	const uint16_t length = mnl_attr_get_payload_len(original);
	void *kept = arena_alloc(search->arena, length);
	memcpy(kept, mnl_attr_get_payload(original), length);
	*(struct found *)arena_append(search->arena, &search->found, &search->count,
		sizeof(*search->found)) = (struct found){about->nfgen_family, kept, length};
	return 0;
}

/* What has ended by itself meanwhile is not followed any more. */
static int forget(struct enforce_netlink *netlink, const struct found *flow, struct fault *why)
{
	struct nlmsghdr *header = enforce_netlink_add(
		netlink, CTNETLINK | IPCTNL_MSG_CT_DELETE, 0, "forget a connection", why);
	struct fault refused = {0};

	if (!header || flow->length > NETLINK_BATCH_ROOM / 2)
		return -EIO;
	struct nfgenmsg *about = mnl_nlmsg_put_extra_header(header, sizeof(*about));
	about->nfgen_family = flow->family;
	about->version = NFNETLINK_V0;
	mnl_attr_put(header, CTA_TUPLE_ORIG | NLA_F_NESTED, flow->length, flow->original);
	int error = enforce_netlink_flush(netlink, &refused);
	if (error < 0 && error != -ENOENT && why)
		*why = refused;
	return error == -ENOENT ? 0 : error;
}

int enforce_network_end_flows_which(bool (*is)(const void *what, const struct network_flow *flow),
	const void *what, struct arena *arena, struct where where, struct fault *why)
{
	const struct nfgenmsg asked = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
	struct search search = {.is = is, .what = what, .arena = arena};
	scoped(netlink) struct enforce_netlink netlink;
	int error = enforce_netlink_open_bus(&netlink, NETLINK_NETFILTER, where, why);

	if (error == 0)
		error = enforce_netlink_dump(&netlink, CTNETLINK | IPCTNL_MSG_CT_GET, &asked,
			sizeof(asked), take, &search, why);
	for (size_t i = 0; error == 0 && i < search.count; i++)
		error = forget(&netlink, &search.found[i], why);
	return error;
}

struct known {
	const struct network_ends *ends;
	struct network_ended *ended;
	struct arena *arena;
};

static bool has_ended(const struct network_ended *ended, const struct network_ended_flow *flow)
{
	for (size_t i = 0; i < ended->count; i++)
		if (memcmp(&ended->list[i], flow, sizeof(*flow)) == 0)
			return true;
	return false;
}

/* Where one end is translated, the answer says where it really leads. */
static bool belongs(const void *what, const struct network_flow *flow)
{
	const struct known *known = what;
	const struct network_flow_way *there = &flow->there, *back = &flow->back;
	const enum plan_transport transport = there->protocol == IPPROTO_UDP ? PLAN_UDP : PLAN_TCP;
	struct network_ended_flow one;

	if (there->protocol != IPPROTO_UDP && there->protocol != IPPROTO_TCP)
		return false;
	memset(&one, 0, sizeof(one));
	one.transport = transport;
	one.family = flow->family;
	memcpy(one.client, there->from, sizeof(one.client));
	memcpy(one.server, there->to, sizeof(one.server));
	one.client_port = there->from_port;
	one.server_port = there->to_port;
	if (has_ended(known->ended, &one))
		return true;
	if (!enforce_network_end_is(known->ends, transport, flow->family, there->from, back->from,
		    back->from_port, flow->mark) &&
		!enforce_network_end_is(known->ends, transport, flow->family, there->from,
			there->to, there->to_port, flow->mark))
		return false;
	if (flow->mark)
		*(struct network_ended_flow *)arena_append(
			known->arena, &known->ended->list, &known->ended->count, sizeof(one)) = one;
	return true;
}

int enforce_network_end_flows(const struct network_ends *ends, struct network_ended *ended,
	struct arena *arena, struct where where, struct fault *why)
{
	const struct known known = {ends, ended, arena};

	return enforce_network_end_flows_which(belongs, &known, arena, where, why);
}
