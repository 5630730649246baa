/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network_end.h"
#include "enforce/network_end_part.h"

/* Those that may still say or hear something. */
enum {
	OPEN_STATES = 1 << TCP_ESTABLISHED | 1 << TCP_SYN_SENT | 1 << TCP_SYN_RECV |
		      1 << TCP_FIN_WAIT1 | 1 << TCP_FIN_WAIT2 | 1 << TCP_CLOSE_WAIT |
		      1 << TCP_LAST_ACK | 1 << TCP_CLOSING
};

struct search {
	bool (*is)(const void *what, const struct inet_diag_msg *socket);
	const void *what;
	struct arena *arena;
	struct inet_diag_req_v2 *found;
	size_t count;
};

static int take(const struct nlmsghdr *header, void *context)
{
	const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(header);
	struct search *search = context;

	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		mnl_nlmsg_get_payload_len(header) < sizeof(*socket))
		return 0;
	if (search->is(search->what, socket))
		*(struct inet_diag_req_v2 *)arena_append(
			search->arena, &search->found, &search->count, sizeof(*search->found)) =
			(struct inet_diag_req_v2){.sdiag_family = socket->idiag_family,
				.sdiag_protocol = IPPROTO_TCP,
				.id = socket->id};
	return 0;
}

/* Who has closed by itself meanwhile is not there any more. */
static int destroy(struct enforce_netlink *netlink, const struct inet_diag_req_v2 *socket)
{
	struct nlmsghdr *header =
		enforce_netlink_add(netlink, SOCK_DESTROY, 0, "end a connection", NULL);

	if (!header)
		return -EIO;
	*(struct inet_diag_req_v2 *)mnl_nlmsg_put_extra_header(header, sizeof(*socket)) = *socket;
	int error = enforce_netlink_flush(netlink, NULL);
	return error == -ENOENT ? 0 : error;
}

int enforce_network_end_sockets_which(
	bool (*is)(const void *what, const struct inet_diag_msg *socket), const void *what,
	struct arena *arena, struct where where, struct fault *why)
{
	const unsigned char families[] = {AF_INET, AF_INET6};
	struct search search = {.is = is, .what = what, .arena = arena};
	scoped(netlink) struct enforce_netlink netlink;
	int error = enforce_netlink_open_bus(&netlink, NETLINK_SOCK_DIAG, where, why);

	for (size_t i = 0; error == 0 && i < sizeof(families); i++) {
		const struct inet_diag_req_v2 asked = {.sdiag_family = families[i],
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = OPEN_STATES};

		error = enforce_netlink_dump(
			&netlink, SOCK_DIAG_BY_FAMILY, &asked, sizeof(asked), take, &search, why);
	}
	for (size_t i = 0; error == 0 && i < search.count; i++)
		if (destroy(&netlink, &search.found[i]) == -EOPNOTSUPP)
			break;
	return error;
}

/* Of IPv6 it may be one of IPv4 in its clothes. */
static const unsigned char *undress(int *family, const __be32 address[4])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	const unsigned char *bytes = (const void *)address;

	if (*family != AF_INET6 || memcmp(bytes, mapped, sizeof(mapped)) != 0)
		return bytes;
	*family = AF_INET;
	return bytes + sizeof(mapped);
}

struct known {
	const struct network_ends *ends;
	const struct network_ended *ended;
};

static bool has_ended(const struct network_ended *ended, int family, const unsigned char *client,
	uint32_t client_port, const unsigned char *server, uint32_t server_port)
{
	const size_t length = family == AF_INET6 ? 16 : 4;

	for (size_t i = 0; i < ended->count; i++) {
		const struct network_ended_flow *flow = &ended->list[i];

		if (flow->transport == PLAN_TCP && flow->family == family &&
			flow->client_port == client_port && flow->server_port == server_port &&
			memcmp(flow->client, client, length) == 0 &&
			memcmp(flow->server, server, length) == 0)
			return true;
	}
	return false;
}

/* It may be who asks, or who is asked. */
static bool belongs(const void *what, const struct inet_diag_msg *socket)
{
	const struct known *known = what;
	const uint32_t near_port = ntohs(socket->id.idiag_sport);
	const uint32_t far_port = ntohs(socket->id.idiag_dport);
	int family = socket->idiag_family, far_family = socket->idiag_family;
	const unsigned char *near = undress(&family, socket->id.idiag_src);
	const unsigned char *far = undress(&far_family, socket->id.idiag_dst);

	return family == far_family &&
	       (enforce_network_end_is(
			known->ends, PLAN_TCP, family, near, far, far_port, NETWORK_NO_MARK) ||
		       enforce_network_end_is(known->ends, PLAN_TCP, family, far, near, near_port,
			       NETWORK_NO_MARK) ||
		       has_ended(known->ended, family, near, near_port, far, far_port) ||
		       has_ended(known->ended, family, far, far_port, near, near_port));
}

int enforce_network_end_sockets(const struct network_ends *ends, const struct network_ended *ended,
	struct arena *arena, struct where where, struct fault *why)
{
	const struct known known = {ends, ended};

	return enforce_network_end_sockets_which(belongs, &known, arena, where, why);
}
