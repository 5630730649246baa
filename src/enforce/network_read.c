/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/prefix.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/netlink.h"

enum { MOST_ATTRIBUTES = 64, MOST_TRIES = 20 };

void enforce_network_line(struct enforce_network_lines *lines, const char *format, ...)
{
	const char **line =
		arena_append(lines->arena, &lines->texts, &lines->count, sizeof(*lines->texts));
	va_list arguments;

	va_start(arguments, format);
	*line = arena_vprintf(lines->arena, format, arguments);
	va_end(arguments);
}

static int keep_attribute(const struct nlattr *attribute, void *data)
{
	const struct nlattr **table = data;

	if (mnl_attr_get_type(attribute) < MOST_ATTRIBUTES)
		table[mnl_attr_get_type(attribute)] = attribute;
	return MNL_CB_OK;
}

static uint32_t number(const struct nlattr *attribute, uint32_t otherwise)
{
	return attribute ? mnl_attr_get_u32(attribute) : otherwise;
}

static const char *address(const struct nlattr *attribute, int family, char text[64])
{
	if (!attribute || !inet_ntop(family, mnl_attr_get_payload(attribute), text, 64))
		return "default";
	return text;
}

static const char *interface(uint32_t index, char name[IF_NAMESIZE])
{
	return if_indextoname(index, name) ? name : "none";
}

static int read_link(const struct nlmsghdr *header, void *context)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(header);
	const struct nlattr *table[MOST_ATTRIBUTES] = {NULL};

	mnl_attr_parse(header, sizeof(*info), keep_attribute, table);
	if (table[IFLA_IFNAME])
		enforce_network_line(context, "link %s %s", mnl_attr_get_str(table[IFLA_IFNAME]),
			info->ifi_flags & IFF_UP ? "up" : "down");
	return 0;
}

static int read_address(const struct nlmsghdr *header, void *context)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(header);
	const struct nlattr *table[MOST_ATTRIBUTES] = {NULL};
	char text[64], name[IF_NAMESIZE];

	mnl_attr_parse(header, sizeof(*info), keep_attribute, table);
	enforce_network_line(context, "address %s %s/%u", interface(info->ifa_index, name),
		address(table[table[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS], info->ifa_family, text),
		info->ifa_prefixlen);
	return 0;
}

static int read_route(const struct nlmsghdr *header, void *context)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(header);
	const struct nlattr *table[MOST_ATTRIBUTES] = {NULL};
	char text[64], name[IF_NAMESIZE];
	uint32_t number_of;

	mnl_attr_parse(header, sizeof(*info), keep_attribute, table);
	number_of = number(table[RTA_TABLE], info->rtm_table);
	if ((number_of == RT_TABLE_LOCAL && info->rtm_protocol == RTPROT_KERNEL) ||
		info->rtm_flags & RTM_F_CLONED)
		return 0;
	if (info->rtm_type == RTN_UNREACHABLE) {
		enforce_network_line(context,
			"route unreachable %s/%u metric %u table %u family %u",
			address(table[RTA_DST], info->rtm_family, text), info->rtm_dst_len,
			number(table[RTA_PRIORITY], 0), number_of, info->rtm_family);
		return 0;
	}
	enforce_network_line(context, "route %s%s/%u dev %s table %u family %u",
		info->rtm_type == RTN_LOCAL ? "local " : "",
		address(table[RTA_DST], info->rtm_family, text), info->rtm_dst_len,
		interface(number(table[RTA_OIF], 0), name), number_of, info->rtm_family);
	return 0;
}

static int read_rule(const struct nlmsghdr *header, void *context)
{
	const struct fib_rule_hdr *info = mnl_nlmsg_get_payload(header);
	const struct nlattr *table[MOST_ATTRIBUTES] = {NULL};

	mnl_attr_parse(header, sizeof(*info), keep_attribute, table);
	enforce_network_line(context, "rule %u mark %u table %u family %u",
		number(table[FRA_PRIORITY], 0), number(table[FRA_FWMARK], 0),
		number(table[FRA_TABLE], info->table), info->family);
	return 0;
}

/* Of the interface that the dump asked for. */
static int read_class(const struct nlmsghdr *header, void *context)
{
	const struct tcmsg *info = mnl_nlmsg_get_payload(header);
	const struct nlattr *table[MOST_ATTRIBUTES] = {NULL}, *options[MOST_ATTRIBUTES] = {NULL};
	char name[IF_NAMESIZE];

	mnl_attr_parse(header, sizeof(*info), keep_attribute, table);
	if (!table[TCA_KIND] || !text_equal(mnl_attr_get_str(table[TCA_KIND]), "htb") ||
		!table[TCA_OPTIONS])
		return 0;
	mnl_attr_parse_nested(table[TCA_OPTIONS], keep_attribute, options);
	if (!options[TCA_HTB_PARMS] ||
		mnl_attr_get_payload_len(options[TCA_HTB_PARMS]) < sizeof(struct tc_htb_opt))
		return 0;
	const struct tc_htb_opt *class = mnl_attr_get_payload(options[TCA_HTB_PARMS]);
	enforce_network_line(context, "class %s %u rate %u",
		interface((uint32_t)info->tcm_ifindex, name), TC_H_MIN(info->tcm_handle),
		class->rate.rate);
	return 0;
}

/* The kernel lists classes of one interface at a time. */
static int read_classes(
	struct enforce_netlink *netlink, struct enforce_network_lines *lines, struct fault *why)
{
	struct if_nameindex *all = if_nameindex();
	int error = all ? 0 : fault(why, -errno, netlink->where, "cannot list interfaces");

	for (size_t i = 0; !error && all[i].if_index; i++) {
		const struct tcmsg asked = {.tcm_ifindex = (int)all[i].if_index};

		error = enforce_netlink_dump(
			netlink, RTM_GETTCLASS, &asked, sizeof(asked), read_class, lines, why);
		/* A kernel without queues shapes nothing. */
		error = error == -EOPNOTSUPP ? 0 : error;
	}
	if (all)
		if_freenameindex(all);
	return error;
}

static int read_once(struct enforce_network_lines *lines, struct where where, struct fault *why)
{
	static const struct {
		uint16_t type;
		unsigned char family;
		int (*each)(const struct nlmsghdr *header, void *context);
	} dumps[] = {
		{RTM_GETLINK, AF_UNSPEC, read_link},
		{RTM_GETADDR, AF_INET, read_address},
		{RTM_GETADDR, AF_INET6, read_address},
		{RTM_GETROUTE, AF_INET, read_route},
		{RTM_GETROUTE, AF_INET6, read_route},
		{RTM_GETRULE, AF_INET, read_rule},
		{RTM_GETRULE, AF_INET6, read_rule},
	};
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = enforce_netlink_open(&netlink, where, why);

	for (size_t i = 0; !error && i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		/* All these begin with the family; this is the longest. */
		const struct ifinfomsg asked = {.ifi_family = dumps[i].family};

		error = enforce_netlink_dump(
			&netlink, dumps[i].type, &asked, sizeof(asked), dumps[i].each, lines, why);
	}
	return error ? error : read_classes(&netlink, lines, why);
}

/* In a host something may always change meanwhile. */
int enforce_network_read(struct enforce_network_lines *lines, struct where where, struct fault *why)
{
	int error = -EINTR;

	for (int i = 0; error == -EINTR && i < MOST_TRIES; i++) {
		lines->count = 0;
		error = read_once(lines, where, why);
	}
	return error;
}

/* The default is nowhere in particular. */
static bool overlap(const char *one, const char *other)
{
	struct prefix left, right;

	return prefix_parse(one, strcspn(one, " "), &left) &&
	       prefix_parse(other, strlen(other), &right) && left.bits > 0 && right.bits > 0 &&
	       prefix_overlaps(&left, &right);
}

const char *enforce_network_overlap(
	const struct enforce_network_lines *lines, const char *prefix, const char *link)
{
	char own[64];

	snprintf(own, sizeof(own), " dev %s ", link);
	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->texts[i];

		if (strncmp(line, "route ", 6) == 0 && !strstr(line, own) &&
			overlap(line + 6, prefix))
			return line;
	}
	return NULL;
}

int enforce_network_has(const struct enforce_network_lines *lines, const char *text)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->texts[i], text) == 0)
			return 1;
	return 0;
}

static void sort(struct enforce_network_lines *lines)
{
	if (lines->count)
		qsort(lines->texts, lines->count, sizeof(*lines->texts), text_compare);
}

int enforce_network_lines_compare(struct enforce_network_lines *planned,
	struct enforce_network_lines *found, struct where where, struct fault *why)
{
	size_t i = 0, j = 0;

	sort(planned);
	sort(found);
	while (i < planned->count || j < found->count) {
		int order = i == planned->count ? 1
			    : j == found->count ? -1
						: strcmp(planned->texts[i], found->texts[j]);

		if (order < 0)
			fault(why, -ESTALE, where, "planned but gone: %s", planned->texts[i]);
		if (order > 0)
			fault(why, -ESTALE, where, "not planned but there: %s", found->texts[j]);
		if (order)
			return 1;
		i++;
		j++;
	}
	return 0;
}
