/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the launcher starts: router, gateway, services. */

#include <stdbool.h>
#include <stdint.h>

#include "gateway/gateway.h"
#include "gateway/resolver_serve.h"
#include "stack/member.h"

struct fault;
struct plan;
struct plan_service;
struct stack_launching;
struct stack_state;

enum { STACK_LEAVING = 64 /* at most that many relays that were succeeded serve on */ };

struct stack_start {
	const struct plan *plan;
	uint32_t generation; /* of the plan */
	unsigned without;    /* test builds: as struct stack_launch_options */
	int kill_after;
	int folder; /* the run folder */
	const char *folder_name;
	int router_user, router_network; /* -1: no router */
	int openings; /* where the resolver asks (stack/launcher.h); -1: there is none */
	const struct plan *asked; /* by which it was started: it counts names as that does; NULL: it
				     never was */
	bool listens;             /* there are: */
	struct gateway_resolver_sockets resolver;   /* where services ask it */
	struct stack_member leaving[STACK_LEAVING]; /* pid 0, or it has ended: a free place */
};

/* Find the router of the stack that runs (@state) or make one, when a service needs it. */
int stack_start_router(
	struct stack_start *start, const struct stack_state *state, struct fault *why);

/*
 * Lay down anew what an older bulkhead has laid down around the services of @state,
 * as far as that works while they run: the router's table, the programs of their
 * cgroups.
 */
int stack_renew(
	const struct stack_start *start, const struct stack_state *state, struct fault *why);

/* `gateway: nat`: open the door beside the gateway, or put right what is amiss of it. */
int stack_start_door(const struct stack_start *start, struct fault *why);

/* Does a relay that is started now take the place of @member, which serves by another plan? */
bool stack_start_succeeds(const struct stack_start *start, const struct stack_member *member);

/* Start the gateway, the outlet, or the resolver, and write down who it is.  *@member is its
 * predecessor, if it had one: one that it succeeds is told to leave when it serves, so that no
 * client is refused between them.  The caller closes *@pidfd. */
int stack_start_relay(struct stack_start *start, enum gateway_part part,
	struct stack_member *member, int *pidfd, struct fault *why);

/* A service that is being launched. */
struct stack_starting {
	const struct plan_service *service;
	struct stack_launching *launching; /* NULL: none */
};

/* Begin to launch @service: stack_start_finish() ends that. */
int stack_start_service(struct stack_start *start, const struct plan_service *service,
	struct stack_starting *starting, struct fault *why);

/* Wait until it runs, and write down who it is.  The caller closes *@pidfd, of its init. */
int stack_start_finish(struct stack_start *start, struct stack_starting *starting,
	struct stack_member *member, int *pidfd, struct fault *why);
