/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The phase: calls that a service may make until it is ready.
 *
 * They wait in the kernel for an answer of the service's init, which lets all of
 * them through until the service is ready and then closes its listener.  From
 * then on the kernel refuses them itself (ENOSYS), whoever of ours lives.  The
 * init looks at no argument: what a pointer leads to may change after the look.
 */

struct enforce_launch;
struct fault;

/* The pair by which the listener comes to the init; before it forks the service. */
int enforce_phase_prepare(struct enforce_launch *launch, struct fault *why);

/* In the init, after the fork: take the listener, or -1 into @launch when there is none to take. */
int enforce_phase_take(struct enforce_launch *launch, struct fault *why);

/* Let one waiting call through, if there is one. */
void enforce_phase_answer(int listener);
