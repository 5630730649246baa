/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Routing netlink in batches: requests are collected, sent together, and each
 * is acknowledged by the kernel.  The first refusal is the fault, and names the
 * request by its label.  The batch speaks to the network namespace that the
 * caller was in when it was opened.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/where.h"

struct fault;
struct mnl_socket;
struct nlmsghdr;

enum { NETLINK_BATCH_MESSAGES = 64, NETLINK_BATCH_ROOM = 512 };

struct enforce_netlink {
	struct mnl_socket *socket;
	struct where where;
	const char *labels[NETLINK_BATCH_MESSAGES]; /* borrowed until the flush */
	size_t count;
	uint32_t sequence;
	/* Each request is built in a slot of NETLINK_BATCH_ROOM bytes. */
	char slots[NETLINK_BATCH_MESSAGES][NETLINK_BATCH_ROOM] __attribute__((aligned(8)));
};

int enforce_netlink_open(struct enforce_netlink *netlink, struct where where, struct fault *why);
/* The same of another kind than routing (NETLINK_SOCK_DIAG, NETLINK_NETFILTER). */
int enforce_netlink_open_bus(
	struct enforce_netlink *netlink, int bus, struct where where, struct fault *why);
void enforce_netlink_close(struct enforce_netlink *netlink);
static inline void scoped_netlink(struct enforce_netlink *netlink)
{
	enforce_netlink_close(netlink);
}

/*
 * A new request at the end of the batch; flushes when the batch is full.  NULL:
 * that flush failed.  The caller adds its payload and attributes by libmnl.
 */
struct nlmsghdr *enforce_netlink_add(struct enforce_netlink *netlink, uint16_t type, uint16_t flags,
	const char *label, struct fault *why);

/* Send what was collected and wait for every answer. */
int enforce_netlink_flush(struct enforce_netlink *netlink, struct fault *why);

/* Ask for all objects of @type (RTM_GETROUTE, ...) by the header @asked, and hand each to @each. */
int enforce_netlink_dump(struct enforce_netlink *netlink, uint16_t type, const void *asked,
	size_t length, int (*each)(const struct nlmsghdr *header, void *context), void *context,
	struct fault *why);
