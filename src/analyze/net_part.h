/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A graph in progress: net.c makes its edges, net_denial.c what was refused, net_line.c what would
 * allow it. */

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

void analyze_net_denials(struct net_making *making);

/* What was tried: by whom, to reach whom at which port. */
struct net_tried {
	const struct plan_service *from, *to; /* NULL: nobody of the stack */
	const char *address;                  /* of the other end; NULL: any */
	bool listens;                         /* nobody was to be reached */
	enum plan_transport transport;
	uint32_t port;
};

/* The line by which @service might ask for the name of @denial. */
void analyze_net_name_line(struct net_making *making, struct analyze_net_denial *denial,
	const struct plan_service *service);

/* The lines that would allow it. */
void analyze_net_lines(struct net_making *making, struct analyze_net_denial *denial,
	const struct net_tried *tried);
