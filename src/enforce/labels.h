/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Labels: small programs that the kernel runs for the processes of a service's
 * cgroup, and what they refuse.  A filter, a view, Landlock and network rules say
 * the same, each in another part of the kernel.  They end with the cgroup: nothing
 * in a service, and no end of ours, takes one away, and no cgroup below may add
 * another.
 *
 *     ports           to bind one that the service does not listen on
 *     peers           to connect, or to send a datagram, to where no edge leads
 *     sockets         to make an internet socket of a kind that no right gives
 *     socket options  to give one an option that no service has a use for
 *     devices         to open or make one that is not in the view
 */

#include <stdbool.h>

struct arena;
struct fault;
struct plan;
struct plan_service;

/* Attach those that @service is held by to @cgroup (O_PATH will do), in the place of those that are
 * there.  0 or -errno with @why filled. */
int enforce_attach_labels(
	const struct plan *plan, const struct plan_service *service, int cgroup, struct fault *why);

/* The same of those that are others than what is there, each in one step. */
int enforce_change_labels(
	const struct plan *plan, const struct plan_service *service, int cgroup, struct fault *why);

/* Does @cgroup run exactly them?  Else *@what is which of them it does not ("ports"). */
bool enforce_labels_attached(
	const struct plan *plan, const struct plan_service *service, int cgroup, const char **what);
