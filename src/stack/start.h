/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the supervisor does while it is still privileged: router, gateway, services. */

#include <stdbool.h>

struct fault;
struct plan_service;
struct stack_state;
struct stack_up;

/* A start in progress. */
struct stack_start {
	const struct stack_up *up;
	const struct stack_state *state; /* what runs already */
	int folder;                      /* the run folder */
	const char *folder_name;
	int router_user, router_network; /* -1: no router */
};

/* Find the router of the running stack or make one, when a service needs it. */
int stack_start_router(struct stack_start *start, struct fault *why);

/* Start the gateway, when a port is published, and the outlet, when a service connects to the host;
 * each when it does not run. */
int stack_start_gateway(struct stack_start *start, struct fault *why);
int stack_start_outlet(struct stack_start *start, struct fault *why);

/* Launch one service and write down who it is. */
int stack_start_service(
	struct stack_start *start, const struct plan_service *service, struct fault *why);
