/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Waiting until what was started is there for its peers. */

#include <stdbool.h>

struct fault;
struct stack_up;

/*
 * Wait until every service that was @started (by index in the plan) has all of
 * its ports and socket paths bound, and still runs then.  Fails when one ends,
 * after up->within seconds, or on SIGINT and SIGTERM, which the caller has
 * blocked; up->failed names the service that is to blame.
 */
int stack_wait(struct stack_up *up, const bool *started, struct fault *why);
