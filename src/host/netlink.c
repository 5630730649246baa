/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int exchange(struct mnl_socket *socket, struct nlmsghdr *message)
{
	char reply[8192];

	message->nlmsg_seq = 1;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
		mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	ssize_t length = mnl_socket_recvfrom(socket, reply, sizeof(reply));
	if (length < 0 ||
		mnl_cb_run(reply, (size_t)length, 1, mnl_socket_get_portid(socket), NULL, NULL) < 0)
		return -errno;
	return 0;
}

int host_netlink(struct nlmsghdr *message)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (!socket)
		return -errno;
	int error = exchange(socket, message);
	mnl_socket_close(socket);
	return error;
}

/* What it answers, freed by the caller; NULL: it refuses. */
static char *ask(const char *text, unsigned flags, char *message, size_t size)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);

	snprintf(message, size, "cannot start libnftables: %s", strerror(errno));
	if (!nft)
		return NULL;
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	nft_ctx_output_set_flags(nft, flags);
	int failed = nft_run_cmd_from_buffer(nft, text);
	if (failed) {
		const char *said = nft_ctx_get_error_buffer(nft);
		snprintf(message, size, "%.*s", (int)strcspn(said, "\n"), said);
	}
	char *answer = failed ? NULL : strdup(nft_ctx_get_output_buffer(nft));
	nft_ctx_free(nft);
	return answer;
}

int host_load_nft(const char *text, char *message, size_t size)
{
	char *answer = ask(text, 0, message, size);
	bool loaded = answer;

	free(answer);
	return loaded ? 0 : -EINVAL;
}

char *host_ask_nft(const char *question, char *message, size_t size)
{
	return ask(question, NFT_CTX_OUTPUT_JSON, message, size);
}
