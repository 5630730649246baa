/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/veth.h>
#include <net/if.h>

#include "host/netlink.h"
#include "host/try.h"

static enum host_state in_network_namespace(struct host_try *try, host_attempt *attempt)
{
	return try->root ? host_in_child(try, CLONE_NEWNET, attempt)
			 : host_in_user_namespace(try, CLONE_NEWNET, attempt);
}

static enum host_state make_pair(struct host_try *try)
{
	char buffer[1024];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = RTM_NEWLINK;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, "try0");
	struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, "try1");
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
	int error = host_netlink(message);
	if (error < 0)
		return host_refused(try, error, "cannot make a veth pair");
	return HOST_YES;
}

enum host_state host_try_veth(struct host_try *try)
{
	return in_network_namespace(try, make_pair);
}

static enum host_state shape_loopback(struct host_try *try)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = RTM_NEWQDISC;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	struct tcmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->tcm_ifindex = (int)if_nametoindex("lo");
	info->tcm_parent = TC_H_ROOT;
	mnl_attr_put_strz(message, TCA_KIND, "htb");
	const struct tc_htb_glob all = {.version = TC_HTB_PROTOVER, .rate2quantum = 10};
	struct nlattr *options = mnl_attr_nest_start(message, TCA_OPTIONS);
	mnl_attr_put(message, TCA_HTB_INIT, sizeof(all), &all);
	mnl_attr_nest_end(message, options);
	int error = host_netlink(message);
	return error < 0 ? host_refused(try, error, "cannot shape a link") : HOST_YES;
}

enum host_state host_try_bandwidth(struct host_try *try)
{
	return in_network_namespace(try, shape_loopback);
}

/* Every kind of expression that the tables of a stack use. */
static const char table[] = "table inet try {\n"
			    "	map edges { type ifname . ipv4_addr . inet_service : verdict; }\n"
			    "	set ports { type inet_service; flags interval; }\n"
			    "	set seen {\n"
			    "		type ipv4_addr . inet_proto . inet_service\n"
			    "		size 8; flags dynamic\n"
			    "	}\n"
			    "	set over {\n"
			    "		type inet_proto . inet_service\n"
			    "		size 8; flags dynamic,timeout; timeout 5s\n"
			    "	}\n"
			    "	limit bucket { rate over 1000 bytes/second burst 65536 bytes; }\n"
			    "	chain line {\n"
			    "		meta time >= \"4102444800\" drop\n"
			    "		limit name \"bucket\" drop\n"
			    "		limit rate over 20/minute burst 20 packets drop\n"
			    "		update @over { meta l4proto . th dport } return\n"
			    "		meta priority set 1:1\n"
			    "	}\n"
			    "	chain forward {\n"
			    "		type filter hook forward priority 0; policy drop;\n"
			    "		ip saddr { 10.0.0.0/8, 192.0.2.1 } jump line\n"
			    "		ct state established,related counter accept\n"
			    "		iifname . ip daddr . tcp dport vmap @edges\n"
			    "		tcp dport @ports ct count over 100 reject with tcp reset\n"
			    "		limit rate 10/second log group 5\n"
			    "		update @seen { ip saddr . meta l4proto . th dport }\n"
			    "		counter reject with icmpx type admin-prohibited\n"
			    "	}\n"
			    "}\n";

/* What `at` adds, on the way out and on the way in. */
static const char translation[] =
	"table inet try {\n"
	"	set peers { type ipv4_addr . inet_proto . inet_service; }\n"
	"	chain look {\n"
	"		type nat hook output priority -100;\n"
	"		ip daddr 127.0.0.1 tcp dport 1 dnat ip to numgen inc mod 2 map {\n"
	"			0 : 192.0.2.1 . 1, 1 : 192.0.2.2 . 1 }\n"
	"	}\n"
	"	chain leave {\n"
	"		type nat hook postrouting priority 100;\n"
	"		ct status dnat ip saddr 127.0.0.0/8 snat ip to 192.0.2.3\n"
	"	}\n"
	"	chain arrive {\n"
	"		type nat hook prerouting priority -100;\n"
	"		ip daddr 192.0.2.3 tcp dport 1 dnat ip to 127.0.0.1\n"
	"	}\n"
	"	chain settle {\n"
	"		type nat hook input priority 100;\n"
	"		ct status dnat ip saddr . meta l4proto . th dport @peers snat ip to "
	"127.0.0.1\n"
	"	}\n"
	"}\n";

/* What `gateway: nat` adds. */
static const char door[] =
	"table inet try {\n"
	"	chain guard {\n"
	"		type filter hook forward priority mangle;\n"
	"		oifname \"try0\" ct status & dnat == 0 drop\n"
	"	}\n"
	"	chain arrive {\n"
	"		type nat hook prerouting priority dstnat;\n"
	"		fib daddr type local tcp dport 1 dnat ip to numgen inc mod 2 map {\n"
	"			0 : 192.0.2.1 . 1, 1 : 192.0.2.2 . 1 }\n"
	"	}\n"
	"	chain look {\n"
	"		type nat hook output priority -100;\n"
	"		ip6 daddr ::2 tcp dport 1 dnat ip6 to [2001:db8::1]:1\n"
	"	}\n"
	"	chain leave {\n"
	"		type nat hook postrouting priority srcnat;\n"
	"		oifname \"try0\" ip saddr 127.0.0.0/8 snat ip to 192.0.2.3\n"
	"	}\n"
	"}\n";

static enum host_state load(struct host_try *try, const char *text)
{
	char message[120];
	int error = host_load_nft(text, message, sizeof(message));

	if (error < 0 && !try->root)
		return host_found(try, HOST_NOT_TRIED, "needs root to try");
	if (error < 0)
		return host_found(try, HOST_NO, "a table is refused: %s", message);
	return HOST_YES;
}

static enum host_state load_table(struct host_try *try)
{
	return load(try, table);
}

enum host_state host_try_nftables(struct host_try *try)
{
	return in_network_namespace(try, load_table);
}

static enum host_state load_translation(struct host_try *try)
{
	return load(try, translation);
}

enum host_state host_try_loopback_nat(struct host_try *try)
{
	return in_network_namespace(try, load_translation);
}

static enum host_state load_door(struct host_try *try)
{
	return load(try, door);
}

enum host_state host_try_door_nat(struct host_try *try)
{
	return in_network_namespace(try, load_door);
}
