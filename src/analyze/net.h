/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The graph of a stack's communication as it is used: its edges with what they carry, and what was
 * refused, each with the line that would allow it.  Made of a plan and of what the kernel has
 * counted (plan/traffic.h); `bulkhead net` shows it as text, JSON, DOT and SVG.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/where.h"

struct arena;
struct plan;
struct plan_traffic;
struct record_type;

/* Who is no service: the world, and this machine's loopback. */
#define ANALYZE_NET_OUTSIDE "outside"
#define ANALYZE_NET_HOST "host"

struct analyze_net_edge {
	const char *from, *to;   /* services, or who is none */
	const char *port;        /* "5432", "53/udp", "unix:/run/php/shop.sock" */
	const char *doors;       /* of what is published, where: "0.0.0.0:443, [::]:443" */
	bool counted;            /* it is known how often it was used; else that is 0 */
	bool measured;           /* and how much of it */
	uint64_t connections;    /* begun; of datagrams, exchanges */
	uint64_t sent, received; /* bytes of whole packets, as `from` sees them */
	uint64_t over;           /* packets over the budget of its line, refused or not */
	const char *why;
	struct where where;
};

/* What to write into the policy. */
struct analyze_net_line {
	const char *service; /* as the policy calls it */
	const char *key;     /* "connects", or the key of a budget, to be raised */
	const char *item;    /* "db:5432"; NULL: the key's value is to be raised */
	bool exists;         /* the service has such a list in its file: at `where` */
	struct where where;  /* else after this line */
};

struct analyze_net_denial {
	const char *from, *to; /* who tried, and whom: services, or who is none */
	const char *address;   /* of an end outside the stack */
	const char *name;      /* by which the service asked for it, or its wildcard */
	const char *act;       /* "connect", "send", "listen", "ask" (for a name) */
	const char *port;      /* "5433", "53/udp"; NULL: of all ports of the line */
	const char *layer;     /* who refused: "labels", "own table", "router", "gateway" … */
	uint64_t count;
	int ago;            /* seconds since the last; -1: nobody has noted when */
	bool passed;        /* let through all the same, by audit mode or `over: alert` */
	const char *reason; /* "not declared", "over new-connections" */
	struct where where; /* of the line that decided */
	struct analyze_net_line *lines; /* that would allow it, all of them together */
	size_t line_count;
};

struct analyze_net {
	const char *stack;
	const char **services; /* in the order of the policy */
	size_t service_count;
	struct analyze_net_edge *edges;
	size_t edge_count;
	struct analyze_net_denial *denials; /* the latest of each service first */
	size_t denial_count;
};

extern const struct record_type analyze_net_record;

/* Of all, or of the service or instances named @only (not NULL) and who has to do with them. */
struct analyze_net *analyze_net(const struct plan *plan, const struct plan_traffic *traffic,
	const char *only, struct arena *arena);

/* Who stands in a picture for @name, an end of @denial: outside, the name or address it was. */
const char *analyze_net_end(const struct analyze_net_denial *denial, const char *name);

/* For graphviz, and as a picture by itself. */
void analyze_net_dot(const struct analyze_net *net, FILE *out);
void analyze_net_svg(const struct analyze_net *net, FILE *out);

enum { ANALYZE_NET_SIZE = 32 };

/* "12", "3.4k"; "980 B", "1.2 MB" (of 1024). */
const char *analyze_net_number(uint64_t number, char text[ANALYZE_NET_SIZE]);
const char *analyze_net_bytes(uint64_t bytes, char text[ANALYZE_NET_SIZE]);
