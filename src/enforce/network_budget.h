/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The lines of `connects` of one service that say how much (struct plan_budget): its table counts
 * them (network_rules_budget.c), and where a line has a bandwidth both ends of its link are shaped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "plan/plan.h"

struct enforce_netlink;
struct enforce_network_lines;
struct fault;

/* One line, and its number in the service's table and on its link. */
struct network_budget {
	const struct plan *plan;
	const struct plan_service *service;
	const struct plan_budget *line;
	size_t number; /* the line's */
};

/* The next one after @budget, of which the first has no line; in audit mode there is none. */
bool enforce_network_budget_next(struct network_budget *budget);

#define EACH_BUDGET(budget, plan_of, service_of)                                                   \
	for (struct network_budget budget = {.plan = (plan_of), .service = (service_of)};          \
		enforce_network_budget_next(&(budget));)

/* The sets @name4 and @name6 of the peers of @budget, with protocol and port. */
void enforce_rules_budget_peers(FILE *out, const char *name, const struct network_budget *budget);

/*
 * For packets of @budget to or from addresses outside the stack, which are in no set: @what.  Those
 * of a name come and go, and its connections stay: each packet is known by the mark of its
 * connection, which its first one was given (network_rules_counted.c).
 */
struct rules_way;
void enforce_rules_budget_outside(FILE *out, const struct network_budget *budget,
	const struct rules_way *way, const char *what);
void enforce_rules_budget_begins_outside(FILE *out, const struct network_budget *budget,
	const struct rules_way *way, const char *what);

/* Has @budget, as edges name it, a bandwidth, so that each packet must pass the link's ends? */
static inline bool enforce_network_shaped(const struct plan *plan, uint32_t budget)
{
	return budget && plan->budgets[budget - 1].bandwidth;
}

/*
 * Shape interface @index, an end of @service's link, in the batch: a class (htb) for each line with
 * a bandwidth, by its number; what belongs to none passes as it did.  Nothing when there is none.
 */
int enforce_network_shape(struct enforce_netlink *netlink, int index, const struct plan *plan,
	const struct plan_service *service, struct fault *why);

/* The same of a link that is there, from one plan to another: first what is new or other, then,
 * when nothing is led there any more, what is gone.  Nothing but that waits or is lost. */
struct network_shapes {
	const struct plan *plan;
	const struct plan_service *service;
};
bool enforce_network_shape_same(
	const struct network_shapes *before, const struct network_shapes *after);
int enforce_network_shape_more(struct enforce_netlink *netlink, int index,
	const struct network_shapes *before, const struct network_shapes *after, struct fault *why);
int enforce_network_shape_less(struct enforce_netlink *netlink, int index,
	const struct network_shapes *before, const struct network_shapes *after, struct fault *why);

/* In the router (network_rules_shaped.c): what goes to a service by its link gets the class of its
 * line.  The sets of that, and the rules, for each chain by which it may go. */
void enforce_rules_shaped_sets(FILE *out, const struct plan *plan);
void enforce_rules_shaped(FILE *out, const struct plan *plan);

/* What network_read.h finds of the shape of interface @link. */
void enforce_network_expect_shape(struct enforce_network_lines *lines, const struct plan *plan,
	const struct plan_service *service, const char *link);
