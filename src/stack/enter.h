/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A command inside a running service, exactly as confined as the service was when it
 * started: what `after-ready` has ended for the service, the command may still do.
 *
 * Its keeper, which stands for it as an init does for a service, enters the
 * namespaces of the service's init and forks the command into them; both are in
 * a cgroup of their own below the service's.  The command takes the same steps
 * (enforce/steps.h) that the service took and fails closed like a launch: it
 * never executes when one of them fails.  It ends with the service, with its
 * caller, and takes what it leaves behind with it.
 *
 * Its Landlock domain has the service's rules but is another, since no process can
 * go into one that is there: neither sees the other in /proc or may trace it, and
 * from Linux 6.12 on neither can signal the other.
 */

#include <stdbool.h>

struct fault;
struct plan;
struct plan_service;
struct stack_launched;
struct stack_member;

struct stack_enter {
	const struct plan *plan; /* the one that the service was launched by */
	const struct plan_service *service;
	const struct stack_member *member; /* of the running service */
	char *const *command;              /* argv; [0] is a path in the view */
	int kill_after;                    /* test builds: as struct stack_launch_options */
};

/*
 * Start it with the caller's descriptors 0-2 (never a socket of the caller's:
 * those are relayed).  0: it runs, and @entered is its keeper (`init`, whose end
 * has its exit status, 128 + signal when one ended it, and which forwards
 * signals to it) and itself (`service`).  Else nothing is left behind; -ESRCH:
 * the service does not run; -ENOENT and -EACCES from the exec itself set
 * @not_executed.
 */
int stack_enter(const struct stack_enter *enter, struct stack_launched *entered, bool *not_executed,
	struct fault *why);

/* Once the keeper has ended, or to end it: kill what is left of it, and let go. */
void stack_enter_end(const struct stack_enter *enter, struct stack_launched *entered);
