/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/scoped.h"
#include "enforce/network_names_set.h"

enum { ROOM = 8192, LISTING_ROOM = 32768, MILLISECONDS = 1000 };

/* One element of a set: who it is, and for how long. */
struct element {
	const char *set;
	const unsigned char *address;
	size_t length;
	uint32_t seconds;
};

static void scoped_mnl(struct mnl_socket **netlink)
{
	if (*netlink)
		mnl_socket_close(*netlink);
}

static struct nlmsghdr *put_header(
	void *at, uint16_t type, uint16_t flags, uint32_t sequence, uint8_t family, uint16_t id)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(at);
	struct nfgenmsg *general;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = sequence;
	general = mnl_nlmsg_put_extra_header(header, sizeof(*general));
	general->nfgen_family = family;
	general->version = NFNETLINK_V0;
	general->res_id = htons(id);
	return header;
}

/* @timeout: with its time. */
static struct nlmsghdr *put_element(void *at, uint16_t message, uint16_t flags, uint32_t sequence,
	const struct element *element, bool timeout)
{
	struct nlmsghdr *header = put_header(at, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message),
		NLM_F_ACK | flags, sequence, NFPROTO_INET, 0);

	mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_TABLE, "bulkhead");
	mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET, element->set);
	struct nlattr *list = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *one = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
	struct nlattr *key = mnl_attr_nest_start(header, NFTA_SET_ELEM_KEY);
	mnl_attr_put(header, NFTA_DATA_VALUE, element->length, element->address);
	mnl_attr_nest_end(header, key);
	if (timeout)
		mnl_attr_put_u64(header, NFTA_SET_ELEM_TIMEOUT,
			htobe64((uint64_t)element->seconds * MILLISECONDS));
	mnl_attr_nest_end(header, one);
	mnl_attr_nest_end(header, list);
	return header;
}

/* In one transaction: what has a time keeps it when it is added once more. */
static int renew(struct mnl_socket *netlink, const struct element *element)
{
	static const struct {
		uint16_t message, flags;
	} steps[] = {
		{NFT_MSG_NEWSETELEM, NLM_F_CREATE},
		{NFT_MSG_DELSETELEM, 0},
		{NFT_MSG_NEWSETELEM, NLM_F_CREATE},
	};
	enum { STEPS = sizeof(steps) / sizeof(steps[0]) };
	char room[ROOM] = {0};
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(room, sizeof(room));
	int error = batch ? 0 : -ENOMEM;

	if (error)
		return error;
	put_header(mnl_nlmsg_batch_current(batch), NFNL_MSG_BATCH_BEGIN, 0, 0, AF_UNSPEC,
		NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
	for (uint32_t i = 0; i < STEPS; i++) {
		put_element(mnl_nlmsg_batch_current(batch), steps[i].message, steps[i].flags, i + 1,
			element, steps[i].message == NFT_MSG_NEWSETELEM);
		mnl_nlmsg_batch_next(batch);
	}
	put_header(mnl_nlmsg_batch_current(batch), NFNL_MSG_BATCH_END, 0, STEPS + 1, AF_UNSPEC,
		NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
	if (mnl_socket_sendto(netlink, mnl_nlmsg_batch_head(batch), mnl_nlmsg_batch_size(batch)) <
		0)
		error = -errno;
	mnl_nlmsg_batch_stop(batch);
	/* Each step is acknowledged; the first that is refused says why. */
	for (uint32_t i = 0; !error && i < STEPS; i++) {
		char answer[ROOM];
		ssize_t length = mnl_socket_recvfrom(netlink, answer, sizeof(answer));

		if (length < 0 || mnl_cb_run(answer, (size_t)length, i + 1,
					  mnl_socket_get_portid(netlink), NULL, NULL) < 0)
			error = -errno;
	}
	return error;
}

struct listing {
	struct network_name_found *found;
	size_t room, count;
};

static int take_data(const struct nlattr *attribute, void *found)
{
	struct network_name_found *into = found;
	const size_t length = mnl_attr_get_payload_len(attribute);

	if (mnl_attr_get_type(attribute) == NFTA_DATA_VALUE && length <= sizeof(into->address)) {
		memcpy(into->address, mnl_attr_get_payload(attribute), length);
		into->length = length;
	}
	return MNL_CB_OK;
}

static int take_part(const struct nlattr *attribute, void *found)
{
	struct network_name_found *into = found;

	if (mnl_attr_get_type(attribute) == NFTA_SET_ELEM_KEY)
		return mnl_attr_parse_nested(attribute, take_data, into);
	if (mnl_attr_get_type(attribute) == NFTA_SET_ELEM_EXPIRATION &&
		mnl_attr_validate(attribute, MNL_TYPE_U64) >= 0)
		into->left = be64toh(mnl_attr_get_u64(attribute));
	return MNL_CB_OK;
}

static int take_one(const struct nlattr *attribute, void *context)
{
	struct listing *listing = context;

	if (listing->count == listing->room)
		return MNL_CB_OK;
	listing->found[listing->count] = (struct network_name_found){0};
	return mnl_attr_parse_nested(attribute, take_part, &listing->found[listing->count++]);
}

static int take_list(const struct nlattr *attribute, void *listing)
{
	return mnl_attr_get_type(attribute) == NFTA_SET_ELEM_LIST_ELEMENTS
		       ? mnl_attr_parse_nested(attribute, take_one, listing)
		       : MNL_CB_OK;
}

static int take_elements(const struct nlmsghdr *message, void *listing)
{
	return mnl_attr_parse(message, sizeof(struct nfgenmsg), take_list, listing);
}

/* What answers @asked, up to its acknowledgement or end; -errno. */
static int list(struct mnl_socket *netlink, const struct nlmsghdr *asked, struct listing *listing)
{
	char room[LISTING_ROOM];
	int more = MNL_CB_OK;

	if (mnl_socket_sendto(netlink, asked, asked->nlmsg_len) < 0)
		return -errno;
	while (more == MNL_CB_OK) {
		ssize_t length = mnl_socket_recvfrom(netlink, room, sizeof(room));

		more = length < 0 ? MNL_CB_ERROR
				  : mnl_cb_run(room, (size_t)length, asked->nlmsg_seq,
					    mnl_socket_get_portid(netlink), take_elements, listing);
	}
	return more < 0 ? -errno : 0;
}

/* For how many milliseconds it is open still; 0: it is not. */
static uint64_t time_left(struct mnl_socket *netlink, const struct element *element)
{
	char room[ROOM] = {0};
	struct network_name_found found = {0};
	struct listing listing = {&found, 1, 0};

	list(netlink, put_element(room, NFT_MSG_GETSETELEM, 0, 1, element, false), &listing);
	return found.left;
}

static int open_netlink(struct mnl_socket **netlink)
{
	/* Should an answer ever be missing: nobody waits for it for long. */
	const struct timeval patience = {.tv_sec = 1};

	*netlink = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!*netlink || mnl_socket_bind(*netlink, 0, MNL_SOCKET_AUTOPID) < 0 ||
		setsockopt(mnl_socket_get_fd(*netlink), SOL_SOCKET, SO_RCVTIMEO, &patience,
			sizeof(patience)) < 0)
		return -errno;
	return 0;
}

int enforce_name_set_open(
	const char *set, bool wide, const unsigned char *address, uint32_t seconds)
{
	const struct element element = {set, address, wide ? 16 : 4, seconds};
	scoped(mnl) struct mnl_socket *netlink = NULL;
	int error = open_netlink(&netlink);

	if (!error && time_left(netlink, &element) < (uint64_t)seconds * MILLISECONDS)
		error = renew(netlink, &element);
	return error;
}

int enforce_name_set_list(
	const char *set, struct network_name_found *found, size_t room, size_t *count)
{
	char asking[ROOM] = {0};
	struct listing listing = {found, room, 0};
	scoped(mnl) struct mnl_socket *netlink = NULL;
	int error = open_netlink(&netlink);

	if (!error) {
		struct nlmsghdr *asked =
			put_header(asking, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM,
				NLM_F_DUMP, 1, NFPROTO_INET, 0);

		mnl_attr_put_strz(asked, NFTA_SET_ELEM_LIST_TABLE, "bulkhead");
		mnl_attr_put_strz(asked, NFTA_SET_ELEM_LIST_SET, set);
		error = list(netlink, asked, &listing);
	}
	*count = listing.count;
	return error;
}
