/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Rows of a status for the network: of services, of the router, of what leads in and out. */

#include "stack/status_row.h"

struct plan;
struct plan_service;
struct stack_member;

/* The network of @service, which runs as @member by @plan. */
void stack_status_add_network(struct stack_status_look *look, const struct plan *plan,
	const struct plan_service *service, const struct stack_member *member);

void stack_status_add_router(struct stack_status_look *look);

/* What the host has of `gateway: nat`, and whether it still forwards. */
void stack_status_add_door(struct stack_status_look *look);

/* And whom the gateway answers by datagrams. */
void stack_status_add_answers(struct stack_status_look *look);

/* The outlet, and what its cgroup lets it reach. */
void stack_status_add_outlet(struct stack_status_look *look);

/* The resolver, and what its cgroup lets it ask. */
void stack_status_add_resolver(struct stack_status_look *look);
