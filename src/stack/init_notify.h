/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The socket on which a service says that it is ready (sd_notify(3)), read by
 * its init alone.  Whoever can reach it is of that service, so nobody's name is
 * asked for; what comes besides READY=1 is read and forgotten, so that nobody
 * waits for room.
 */

#include <stdbool.h>

struct enforce_launch;
struct fault;

/* Make it in the view, when the plan has one: in the init, with its first rights.  Returns the
 * descriptor, -1 when there is none to make, or another negative errno. */
int stack_init_notify_open(const struct enforce_launch *launch, struct fault *why);

/* Read one message.  Does it say READY=1? */
bool stack_init_notify_take(int notify);
