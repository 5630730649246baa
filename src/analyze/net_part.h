/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A graph in progress: net.c makes its edges, net_outside.c those that lead outside, net_denial.c
 * what was refused, net_over.c what was too much, net_line.c what would allow it. */

#include "analyze/net.h"
#include "plan/traffic.h"

struct net_making {
	const struct plan *plan;
	const struct plan_traffic *traffic;
	const char *only; /* NULL: all */
	struct arena *arena;
	struct analyze_net *net;
};

/* "5432", "53/udp" */
const char *analyze_net_port(struct arena *arena, uint32_t port, enum plan_transport transport);

/* The service with that address, or NULL. */
const struct plan_service *analyze_net_owner(const struct plan *plan, const char *address);

/* Is it one of those that the graph is about? */
bool analyze_net_about(const struct net_making *making, const char *service);

/* One more edge, and what counts for it: what was seen by it, and what was over its budget. */
struct analyze_net_edge *analyze_net_add_edge(
	struct net_making *making, const char *from, const char *to, struct where where);
void analyze_net_add_up(struct analyze_net_edge *edge, const struct plan_traffic_item *item);
void analyze_net_count_over(
	struct net_making *making, struct analyze_net_edge *edge, uint32_t budget);

void analyze_net_outsides(struct net_making *making);
void analyze_net_denials(struct net_making *making);

/* One more denial, or NULL where it was seen already of the same: then it is added to that. */
struct analyze_net_denial *analyze_net_add_denial(
	struct net_making *making, const struct analyze_net_denial *denial);
/* How long ago @item was, as a denial says it. */
int analyze_net_seconds(const struct plan_traffic_item *item);
/* What was over the budget of a line. */
void analyze_net_over(struct net_making *making, const struct plan_traffic_item *item);

/* What the gateway or the outlet has turned away. */
void analyze_net_turned(struct net_making *making, const struct plan_traffic_item *item);

/* Its name or range, and its ports: "443", "8000-8009". */
const char *analyze_net_outside_name(const struct plan_outside *outside);
const char *analyze_net_ports(struct arena *arena, const struct plan_outside *outside);

/* What was tried: by whom, to reach whom at which port. */
struct net_tried {
	const struct plan_service *from, *to; /* NULL: nobody of the stack */
	const char *address;                  /* of the other end; NULL: any */
	bool listens;                         /* nobody was to be reached */
	enum plan_transport transport;
	uint32_t port;
};

/* The line by which who tried reaches that address outside: at that port, or else at others; or
 * NULL. */
const struct plan_outside *analyze_net_leads(
	const struct net_making *making, const struct net_tried *tried);

/* @item as one of the `connects` of @service. */
void analyze_net_connects_line(struct net_making *making, struct analyze_net_denial *denial,
	const struct plan_service *service, const char *item);

/* The line by which @service might ask for the name of @denial. */
void analyze_net_name_line(struct net_making *making, struct analyze_net_denial *denial,
	const struct plan_service *service);

/* The lines that would allow it. */
void analyze_net_lines(struct net_making *making, struct analyze_net_denial *denial,
	const struct net_tried *tried);
