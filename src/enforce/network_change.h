/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The network of a stack that runs, from one plan to another.
 *
 * Each call is a step that leaves what both plans can go on with, and that is taken back by the
 * same call with the plans exchanged.  What a table holds is changed in one transaction, and in it
 * only what differs (enforce/nft_difference.h); so is each program.
 */

#include <stdbool.h>

struct fault;
struct plan;
struct plan_service;

struct enforce_network_change {
	const struct plan *before, *after;
	const struct plan_service *was, *is; /* the service by both; NULL: the router */
	int network, router;                 /* namespaces; router -1: there is none */
	/* What is there may be of neither: it is looked at first. */
	bool unsure;
};

/* What of links, routes, knobs and classes of both ends of the service's link is new; where it has
 * none, the link and its table. */
int enforce_network_change_lay(const struct enforce_network_change *change, struct fault *why);

/* The table of the service, or the router's. */
int enforce_network_change_table(const struct enforce_network_change *change, struct fault *why);

/* What of links, routes, knobs and classes is gone. */
int enforce_network_change_trim(const struct enforce_network_change *change, struct fault *why);

/* Is there anything to do for this service, beyond its hosts file? */
bool enforce_network_changes(const struct enforce_network_change *change);
