/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What an init does once its service runs: reap, forward signals, copy the log, record the end. */

#include <signal.h>
#include <sys/types.h>

struct enforce_launch;

/* The signals that an init takes: those it forwards, and SIGCHLD. */
void stack_init_signals(sigset_t *set);

/* Serve @service until it ends, then end with the same status. */
__attribute__((noreturn)) void stack_init_loop(
	struct enforce_launch *launch, pid_t service, int signals);
