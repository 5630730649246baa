/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Whom this machine asks for addresses of names: resolv.conf(5), read by the C library. */

struct arena;
struct host;

/* Add their addresses to @host, in their order. */
void host_name_servers(struct host *host, struct arena *arena);
