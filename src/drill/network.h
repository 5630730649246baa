/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Attempts on a peer's address and port, which are their arguments. */

struct drill_context;

/* Connect to it; exchange a datagram with it. */
int drill_connect_first(struct drill_context *context);
int drill_ask_first(struct drill_context *context);
