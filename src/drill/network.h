/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Attempts on a peer's address and port, which are their arguments. */

union drill_address;
struct drill_context;

/* Connect to it; exchange a datagram with it. */
int drill_connect_first(struct drill_context *context);
int drill_ask_first(struct drill_context *context);

/* Connect to address @to of @size bytes by a stream of @protocol. */
int drill_connect_to(
	struct drill_context *context, const union drill_address *to, unsigned size, int protocol);
