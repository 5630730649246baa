/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The init of a service: pid 1 of its namespaces, a fork of the launcher that
 * never executes anything.
 *
 * It builds the view, forks the service, confines itself and then only reaps,
 * forwards signals, copies the service's output to its log and records how it
 * ended.  It outlives launcher and supervisor.  When it ends, the kernel ends
 * all that is left of the service.
 */

#include <signal.h>

struct enforce_launch;
struct fault;
struct plan_service;

/* Tells an init that its service is ready: what may be done only until then ends.  Again: nothing.
 */
#define STACK_INIT_READY (SIGRTMIN + 1)

/* Run as the init of @launch, in the child that the clone made. */
__attribute__((noreturn)) void stack_init(struct enforce_launch *launch);

/*
 * Confine the calling process as an init is: CAP_KILL alone, not dumpable, a
 * Landlock domain that holds its log folder (@log_folder, -1: none) and a small
 * fixed filter that answers with the errno @refusal.  Cannot be undone; drills
 * inside the init call it too.
 */
int stack_init_confine(
	const struct plan_service *service, int log_folder, unsigned refusal, struct fault *why);
