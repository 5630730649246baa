/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/bound_alone.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/scoped.h"
#include "base/where.h"
#include "enforce/network_space.h"
#include "stack/bound.h"

enum { TCP_LISTENING = 0x0a, ROOM = 16384 };

struct marking {
	struct stack_bound *all;
	size_t count;
};

static int find_alone(const struct nlattr *attribute, void *context)
{
	bool *alone = context;

	if (mnl_attr_get_type(attribute) == INET_DIAG_SKV6ONLY &&
		mnl_attr_validate(attribute, MNL_TYPE_U8) == 0)
		*alone = mnl_attr_get_u8(attribute);
	return MNL_CB_OK;
}

static int mark(const struct nlmsghdr *header, void *context)
{
	const struct inet_diag_msg *message = mnl_nlmsg_get_payload(header);
	struct marking *marking = context;
	bool alone = false;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*message))
		return MNL_CB_OK;
	mnl_attr_parse(header, sizeof(*message), find_alone, &alone);
	for (size_t i = 0; alone && i < marking->count; i++) {
		struct stack_bound *bound = &marking->all[i];

		if (!bound->udp && bound->wide && bound->port == ntohs(message->id.idiag_sport) &&
			memcmp(bound->address, message->id.idiag_src, sizeof(bound->address)) == 0)
			bound->alone = true;
	}
	return MNL_CB_OK;
}

/* All that listen by IPv6 in the namespace that this process is in. */
static void ask(struct marking *marking)
{
	char room[ROOM];
	struct nlmsghdr *header = mnl_nlmsg_put_header(room);
	struct inet_diag_req_v2 *request;
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int more = socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 ? MNL_CB_OK
										 : MNL_CB_STOP;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = AF_INET6;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_states = 1U << TCP_LISTENING;
	if (more > MNL_CB_STOP && mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		more = MNL_CB_STOP;
	while (more > MNL_CB_STOP) {
		ssize_t length = mnl_socket_recvfrom(socket, room, sizeof(room));

		more = length <= 0 ? MNL_CB_STOP
				   : mnl_cb_run(room, (size_t)length, 1,
					     mnl_socket_get_portid(socket), mark, marking);
	}
	if (socket)
		mnl_socket_close(socket);
}

void stack_bound_mark_alone(pid_t pid, struct stack_bound *all, size_t count)
{
	struct marking marking = {all, count};
	struct stat theirs, ours;
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	scoped(fd) int network = open(path, O_RDONLY | O_CLOEXEC);
	if (network < 0 || fstat(network, &theirs) < 0 || stat("/proc/self/ns/net", &ours) < 0)
		return;
	if (theirs.st_ino == ours.st_ino) {
		ask(&marking);
		return;
	}
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, NULL);
	if (home >= 0)
		ask(&marking);
}
