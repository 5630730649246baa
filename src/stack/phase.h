/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The end of a service's phase of start-up: what its policy forbids after that it cannot do again.
 */

struct fault;
struct plan_service;

/*
 * Say to the init behind @pidfd that its service is ready, and close its view to
 * new code where the plan says so.  Once more does nothing.  The caller is root
 * and has one thread.  0, also when it has ended meanwhile, or a negative errno.
 */
int stack_phase_end(const struct plan_service *service, int pidfd, struct fault *why);

/* Give the init of @service a moment to do and record it; @folder is the stack's run folder. */
void stack_phase_await(const char *folder, const char *service);
