/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the resolver is told: plain data, made from the plan before it starts. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "gateway/address.h"

/* A name that a service connects to. */
struct gateway_resolver_name {
	const char *pattern; /* "api.example.com", or "*.example.com": exactly one label more */
	uint32_t edge;       /* what an opening of its addresses is for (gateway/opening.h) */
};

struct gateway_resolver_service {
	const char *name;
	bool has4, has6;
	unsigned char address4[4], address6[16];
	const struct gateway_resolver_name *names;
	size_t name_count;
};

struct gateway_resolver_config {
	const struct gateway_resolver_service *services;
	size_t service_count;
	struct gateway_resolver_upstream {
		union gateway_address address; /* with its port */
		socklen_t length;
	} * upstreams; /* asked in this order */
	size_t upstream_count;
	/* Addresses that are never given away or opened. */
	const struct prefix *refused;
	size_t refused_count;
	/* Where services ask, in the router's network; no length: not by this family. */
	struct gateway_resolver_upstream listen4, listen6;
	bool landlock; /* the plan found it: it must be there */
	uint32_t id;   /* of the process, in the router's user namespace */
	/* Where what each service was refused is written down, for others to read while it runs;
	 * NULL: for itself alone. */
	struct gateway_refusals *refusals;
};

enum { RESOLVER_EDGES = 32 /* at most that one name of one service belongs to */ };
