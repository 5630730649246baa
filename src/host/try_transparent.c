/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/scoped.h"
#include "host/netlink.h"
#include "host/try.h"

#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75
#endif

enum { MARK = 1, TABLE = 100, LOOPBACK = 1 /* its index in every namespace */ };

static const char table[] = "table inet try {\n"
			    "	chain incoming {\n"
			    "		type filter hook prerouting priority mangle;\n"
			    "		socket transparent 1 meta mark set 1 accept\n"
			    "	}\n"
			    "}\n";

static int raise_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	scoped(fd) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

/* A socket with an address that is not ours (RFC 5737). */
static int bind_foreign4(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int on = 1;

	inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_IP, IP_TRANSPARENT, &on, sizeof(on)) < 0 ||
		bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}

static int bind_foreign6(void)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6};
	int on = 1;

	inet_pton(AF_INET6, "2001:db8::1", &address.sin6_addr);
	scoped(fd) int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_IPV6, IPV6_TRANSPARENT, &on, sizeof(on)) < 0 ||
		bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}

/* `ip rule add fwmark MARK lookup TABLE` */
static int add_rule(unsigned char family)
{
	char buffer[512];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = RTM_NEWRULE;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	struct fib_rule_hdr *rule = mnl_nlmsg_put_extra_header(message, sizeof(*rule));
	rule->family = family;
	rule->action = FR_ACT_TO_TBL;
	rule->table = TABLE;
	mnl_attr_put_u32(message, FRA_FWMARK, MARK);
	return host_netlink(message);
}

/* `ip route add local default dev lo table TABLE` */
static int add_route(unsigned char family)
{
	char buffer[512];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = RTM_NEWROUTE;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
	route->rtm_family = family;
	route->rtm_table = TABLE;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_HOST;
	route->rtm_type = RTN_LOCAL;
	mnl_attr_put_u32(message, RTA_OIF, LOOPBACK);
	return host_netlink(message);
}

static int route_marked(unsigned char family)
{
	int error = add_rule(family);

	return error < 0 ? error : add_route(family);
}

static enum host_state relay(struct host_try *try)
{
	char message[120];
	int error = raise_loopback();

	if (error < 0)
		return host_refused(try, error, "cannot raise lo");
	error = bind_foreign4();
	if (error < 0)
		return host_refused(try, error, "IP_TRANSPARENT");
	error = route_marked(AF_INET);
	if (error < 0)
		return host_refused(try, error, "routing by mark");
	if (host_load_nft(table, message, sizeof(message)) < 0)
		return host_found(try, try->root ? HOST_NO : HOST_NOT_TRIED,
			"nft `socket transparent`: %s", message);
	error = bind_foreign6();
	if (error == -EAFNOSUPPORT)
		return host_found(try, HOST_YES, "IPv4 only: this kernel has no IPv6");
	if (error == 0)
		error = route_marked(AF_INET6);
	if (error < 0)
		return host_refused(try, error, "IPv6");
	return host_found(try, HOST_YES, "IPv4 and IPv6");
}

enum host_state host_try_transparent_proxy(struct host_try *try)
{
	return host_in_user_namespace(try, CLONE_NEWNET, relay);
}
