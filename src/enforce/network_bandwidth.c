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

#include "base/fault.h"
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
	/* A class and its leaf that are there already are changed where they are. */
	const uint16_t unless = parent == TC_H_ROOT ? NLM_F_EXCL : NLM_F_REPLACE;
	struct nlmsghdr *header = enforce_netlink_add(
		netlink, type, (uint16_t)(NLM_F_CREATE | unless), "shape a link", why);

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

/* The class of that number in @plan, of the same bandwidth when @rate is not 0. */
static bool has_class(
	const struct plan *plan, const struct plan_service *service, size_t number, uint64_t rate)
{
	EACH_BUDGET(budget, plan, service)
	{
		if (budget.number == number && budget.line->bandwidth &&
			(!rate || budget.line->bandwidth == rate))
			return true;
	}
	return false;
}

static bool shapes(const struct plan *plan, const struct plan_service *service)
{
	EACH_BUDGET(budget, plan, service)
	{
		if (budget.line->bandwidth)
			return true;
	}
	return false;
}

static bool has_all(const struct network_shapes *of, const struct network_shapes *in)
{
	EACH_BUDGET(budget, in->plan, in->service)
	{
		const uint64_t rate = budget.line->bandwidth;

		if (rate && !has_class(of->plan, of->service, budget.number, rate))
			return false;
	}
	return true;
}

bool enforce_network_shape_same(
	const struct network_shapes *before, const struct network_shapes *after)
{
	return has_all(before, after) && has_all(after, before);
}

int enforce_network_shape_more(struct enforce_netlink *netlink, int index,
	const struct network_shapes *before, const struct network_shapes *after, struct fault *why)
{
	int error = 0;

	if (shapes(after->plan, after->service)) {
		error = add_queue(netlink, index, why);
		if (!error)
			error = enforce_netlink_flush(netlink, why);
		if (error == -EEXIST)
			error = 0;
	}
	EACH_BUDGET(budget, after->plan, after->service)
	{
		const uint64_t rate = budget.line->bandwidth;

		if (error || !rate || has_class(before->plan, before->service, budget.number, rate))
			continue;
		error = add_class(netlink, index, &budget, why);
		if (!error)
			error = add_leaf(netlink, index, &budget, why);
	}
	return error ? error : enforce_netlink_flush(netlink, why);
}

static int take_away(struct enforce_netlink *netlink, uint16_t type, int index, uint32_t handle,
	uint32_t parent, struct fault *why)
{
	struct nlmsghdr *header =
		enforce_netlink_add(netlink, type, 0, "shape a link no more", why);

	if (!header)
		return -EIO;
	struct tcmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->tcm_ifindex = index;
	info->tcm_handle = handle;
	info->tcm_parent = parent;
	struct fault refused = {0};
	int error = enforce_netlink_flush(netlink, &refused);

	/* Not there, or, of a link without a queue, nothing that could be. */
	if (error == -ENOENT || error == -EINVAL)
		return 0;
	if (error && why)
		*why = refused;
	return error;
}

int enforce_network_shape_less(struct enforce_netlink *netlink, int index,
	const struct network_shapes *before, const struct network_shapes *after, struct fault *why)
{
	int error = 0;

	if (shapes(before->plan, before->service) && !shapes(after->plan, after->service))
		return take_away(netlink, RTM_DELQDISC, index, HANDLE, TC_H_ROOT, why);
	EACH_BUDGET(budget, before->plan, before->service)
	{
		if (!error && budget.line->bandwidth &&
			!has_class(after->plan, after->service, budget.number, 0))
			error = take_away(netlink, RTM_DELTCLASS, index,
				HANDLE | (uint32_t)budget.number, HANDLE, why);
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
