/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

struct plan_service;

/*
 * Sort the service's calls by number, the launch's own first, then by the place
 * that asked and the conditions, and drop what stands twice: the order is the
 * same in every plan, whatever order the rules were found in.
 */
void plan_calls_order(struct plan_service *service);

/* Each right once, whatever lines it is from: in @arena. */
struct arena;
void plan_calls_distinct(struct plan_service *service, struct arena *arena);
