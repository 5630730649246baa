/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The end of a service's phase of start-up: what its policy forbids after that it cannot do again.
 */

#include <stdbool.h>
#include <sys/types.h>

struct fault;
struct plan_service;

/*
 * Say to the init behind @pidfd that its service is ready, and close its view to
 * new code where the plan says so.  Once more does nothing.  The caller is root
 * and has one thread.  0, also when it has ended meanwhile, or a negative errno.
 */
int stack_phase_end(const struct plan_service *service, int pidfd, struct fault *why);

/*
 * Does main process @process of @service sleep, and not in a call that ends with the phase?  Who
 * serves by one address and is about to serve by the next as well, as daemons do that open a socket
 * for each family, runs or waits for the init to let it through.  True where nobody can tell.
 */
bool stack_phase_at_rest(const struct plan_service *service, pid_t process);
