/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/fault.h"

enum { ANSWER_ROOM = 32768 };

int enforce_netlink_open(struct enforce_netlink *netlink, struct where where, struct fault *why)
{
	return enforce_netlink_open_bus(netlink, NETLINK_ROUTE, where, why);
}

int enforce_netlink_open_bus(
	struct enforce_netlink *netlink, int bus, struct where where, struct fault *why)
{
	netlink->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	netlink->where = where;
	netlink->count = 0;
	netlink->sequence = 1;
	if (!netlink->socket || mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int code = -errno;

		enforce_netlink_close(netlink);
		return fault(why, code, where, "cannot open netlink");
	}
	/* An answer then carries the refused header alone, not the whole request. */
	mnl_socket_setsockopt(netlink->socket, NETLINK_CAP_ACK, &(int){1}, sizeof(int));
	return 0;
}

void enforce_netlink_close(struct enforce_netlink *netlink)
{
	int saved = errno;

	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	netlink->socket = NULL;
	errno = saved;
}

struct nlmsghdr *enforce_netlink_add(struct enforce_netlink *netlink, uint16_t type, uint16_t flags,
	const char *label, struct fault *why)
{
	struct nlmsghdr *header;

	if (netlink->count == NETLINK_BATCH_MESSAGES && enforce_netlink_flush(netlink, why))
		return NULL;
	header = mnl_nlmsg_put_header(netlink->slots[netlink->count]);
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	header->nlmsg_seq = netlink->sequence + (uint32_t)netlink->count;
	netlink->labels[netlink->count++] = label;
	return header;
}

static int send_all(struct enforce_netlink *netlink)
{
	struct iovec parts[NETLINK_BATCH_MESSAGES];
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct msghdr message = {.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
		.msg_iov = parts,
		.msg_iovlen = netlink->count};

	for (size_t i = 0; i < netlink->count; i++) {
		struct nlmsghdr *header = (struct nlmsghdr *)netlink->slots[i];

		parts[i] = (struct iovec){header, NLMSG_ALIGN(header->nlmsg_len)};
	}
	return sendmsg(mnl_socket_get_fd(netlink->socket), &message, 0) < 0 ? -errno : 0;
}

/* Every request is answered, also those after a refused one: none may stay in the socket. */
int enforce_netlink_flush(struct enforce_netlink *netlink, struct fault *why)
{
	char buffer[ANSWER_ROOM];
	size_t answered = 0, wanted = netlink->count;
	int first = wanted ? send_all(netlink) : 0;

	netlink->count = 0;
	if (first)
		return fault(why, first, netlink->where, "cannot send to netlink");
	while (answered < wanted) {
		ssize_t got = mnl_socket_recvfrom(netlink->socket, buffer, sizeof(buffer));
		int left = (int)got;

		if (got < 0)
			return fault(why, -errno, netlink->where, "no answer from netlink");
		for (struct nlmsghdr *at = (struct nlmsghdr *)buffer; mnl_nlmsg_ok(at, left);
			at = mnl_nlmsg_next(at, &left)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(at);
			uint32_t index = at->nlmsg_seq - netlink->sequence;

			if (at->nlmsg_type != NLMSG_ERROR || index >= wanted)
				continue;
			answered++;
			if (error->error && !first)
				first = fault(why, error->error, netlink->where, "cannot %s",
					netlink->labels[index]);
		}
	}
	netlink->sequence += (uint32_t)wanted;
	return first;
}

struct dump {
	int (*each)(const struct nlmsghdr *header, void *context);
	void *context;
	int error;
};

static int dump_one(const struct nlmsghdr *header, void *data)
{
	struct dump *dump = data;

	dump->error = dump->each(header, dump->context);
	return dump->error < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

int enforce_netlink_dump(struct enforce_netlink *netlink, uint16_t type, const void *asked,
	size_t length, int (*each)(const struct nlmsghdr *header, void *context), void *context,
	struct fault *why)
{
	char buffer[ANSWER_ROOM];
	struct dump dump = {.each = each, .context = context};
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	uint32_t sequence = netlink->sequence++;
	int more = MNL_CB_OK;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = sequence;
	memcpy(mnl_nlmsg_put_extra_header(header, length), asked, length);
	if (mnl_socket_sendto(netlink->socket, header, header->nlmsg_len) < 0)
		return fault(why, -errno, netlink->where, "cannot ask netlink");
	while (more > MNL_CB_STOP) {
		ssize_t got = mnl_socket_recvfrom(netlink->socket, buffer, sizeof(buffer));

		more = got < 0 ? MNL_CB_ERROR
			       : mnl_cb_run(buffer, (size_t)got, sequence,
					 mnl_socket_get_portid(netlink->socket), dump_one, &dump);
	}
	if (more == MNL_CB_ERROR)
		return fault(why, dump.error < 0 ? dump.error : -errno, netlink->where,
			"cannot read from netlink");
	return 0;
}
