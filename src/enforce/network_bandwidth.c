/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Bandwidth: a hierarchical token bucket (tc-htb(8)) at both ends of a service's link.  What the
 * service sends is shaped as it leaves its network, what it is sent as it leaves the router.
 * Packets find their class by their priority, which the tables set.
 */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdint.h>

#include "enforce/netlink.h"
#include "enforce/network_budget.h"
#include "enforce/network_link.h"
#include "enforce/network_read.h"

enum { HANDLE = 1 << 16 };

/* The kernel counts a burst by how long it takes, in steps of 64 ns (PSCHED_SHIFT). */
static uint32_t ticks_of(uint64_t bytes, uint64_t bytes_a_second)
{
	uint64_t ticks = bytes * 1000000000 / bytes_a_second >> 6;

	return ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
}

static struct nlmsghdr *add(struct enforce_netlink *netlink, uint16_t type, const char *kind,
	int index, uint32_t handle, uint32_t parent, struct fault *why)
{
	struct nlmsghdr *header =
		enforce_netlink_add(netlink, type, NLM_F_CREATE | NLM_F_EXCL, "shape a link", why);

	if (!header)
		return NULL;
	struct tcmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->tcm_ifindex = index;
	info->tcm_handle = handle;
	info->tcm_parent = parent;
	mnl_attr_put_strz(header, TCA_KIND, kind);
	return header;
}

/* What has no class goes as if there were no queue. */
static int add_queue(struct enforce_netlink *netlink, int index, struct fault *why)
{
	const struct tc_htb_glob all = {.version = TC_HTB_PROTOVER, .rate2quantum = 10};
	struct nlmsghdr *header = add(netlink, RTM_NEWQDISC, "htb", index, HANDLE, TC_H_ROOT, why);

	if (!header)
		return -EIO;
	struct nlattr *options = mnl_attr_nest_start(header, TCA_OPTIONS);
	mnl_attr_put(header, TCA_HTB_INIT, sizeof(all), &all);
	mnl_attr_nest_end(header, options);
	return 0;
}

/* A burst is ten milliseconds, and a whole packet. */
static int add_class(struct enforce_netlink *netlink, int index,
	const struct network_budget *budget, struct fault *why)
{
	const uint64_t rate = budget->line->bandwidth / 8;
	const uint64_t burst = rate / 100 > NETWORK_LINK_BYTES ? rate / 100 : NETWORK_LINK_BYTES;
	const struct tc_ratespec each = {
		.linklayer = TC_LINKLAYER_ETHERNET, .rate = (uint32_t)rate};
	const struct tc_htb_opt class = {.rate = each,
		.ceil = each,
		.buffer = ticks_of(burst, rate),
		.cbuffer = ticks_of(burst, rate),
		.quantum = NETWORK_LINK_BYTES};
	struct nlmsghdr *header = add(netlink, RTM_NEWTCLASS, "htb", index,
		HANDLE | (uint32_t)budget->number, HANDLE, why);

	if (!header)
		return -EIO;
	struct nlattr *options = mnl_attr_nest_start(header, TCA_OPTIONS);
	mnl_attr_put(header, TCA_HTB_PARMS, sizeof(class), &class);
	mnl_attr_nest_end(header, options);
	return 0;
}

/* What waits in a class: a fifth of a second's worth, and a few packets.  More is dropped, by which
 * TCP hears to be slower. */
static int add_leaf(struct enforce_netlink *netlink, int index, const struct network_budget *budget,
	struct fault *why)
{
	const struct tc_fifo_qopt room = {
		.limit = (uint32_t)(budget->line->bandwidth / 8 / 5) + 4 * NETWORK_LINK_BYTES};
	struct nlmsghdr *header = add(
		netlink, RTM_NEWQDISC, "bfifo", index, 0, HANDLE | (uint32_t)budget->number, why);

	if (!header)
		return -EIO;
	mnl_attr_put(header, TCA_OPTIONS, sizeof(room), &room);
	return 0;
}

int enforce_network_shape(struct enforce_netlink *netlink, int index, const struct plan *plan,
	const struct plan_service *service, struct fault *why)
{
	bool begun = false;
	int error = 0;

	EACH_BUDGET(budget, plan, service)
	{
		if (error || !budget.line->bandwidth)
			continue;
		if (!begun)
			error = add_queue(netlink, index, why);
		begun = true;
		if (!error)
			error = add_class(netlink, index, &budget, why);
		if (!error)
			error = add_leaf(netlink, index, &budget, why);
	}
	return error;
}

void enforce_network_expect_shape(struct enforce_network_lines *lines, const struct plan *plan,
	const struct plan_service *service, const char *link)
{
	EACH_BUDGET(budget, plan, service)
	{
		if (budget.line->bandwidth)
			enforce_network_line(lines, "class %s %zu rate %llu", link, budget.number,
				(unsigned long long)(budget.line->bandwidth / 8));
	}
}
