/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Asking the network of the namespace that one is in. */

#include <stddef.h>

struct nlmsghdr;

/* Send a rtnetlink request that asks for an acknowledgement, and wait for it.  0 or -errno. */
int host_netlink(struct nlmsghdr *message);

/* What nft says to @question, in JSON; freed by the caller.  NULL: it refuses, as @message says. */
char *host_ask_nft(const char *question, char *message, size_t size);

/* Load nft text; @message gets the first line of what nft says against it.  0 or -EINVAL. */
int host_load_nft(const char *text, char *message, size_t size);
