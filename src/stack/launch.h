/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Launch one service: walk the table of steps (enforce/steps.h) on the three
 * sides that a launch has (the launcher; the service's init, pid 1 of its pid
 * namespace; the service itself), failing closed.
 *
 * When stack_launch_end() returns 0 the service's program runs, confined by every
 * layer; when it fails nothing is left behind: no process, cgroup, namespace,
 * mount or link.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/guard.h"

struct enforce_stand_ins;
struct fault;
struct plan;
struct plan_service;

struct stack_launch_options {
	/* Bits 1 << enum layer that are left out: in test builds, and of a launch on stand-ins. */
	unsigned without;
	/* A throw-away launch: what is in the place of the host's data; NULL: it has the data. */
	const struct enforce_stand_ins *stand_ins;
	int kill_after; /* test builds: the launcher kills itself after this step; 0: never */
	int network;    /* enter this network namespace; -1: make one and join the router */
	int router;     /* router's network namespace, held by the init; -1: none */
	const char *run_folder; /* /run/bulkhead/STACK: hosts/NAME of the service, sockets/NAME of
				 * a PLAN_SOCKETS node's source; `run` without a stack: NULL,
				 * then the view gets a hosts file and socket folders of its own */
	const char
		*cgroup_name; /* below cgroup2/bulkhead/STACK: the service's name, or "drill-…" */
	bool foreground;      /* `run`: 0-2 are the caller's, and it ends with its launcher; else
			       * a log pipe to the init, which outlives the launcher */
	int log_folder;       /* not foreground: the service's log folder */
	int exit_record;      /* the init writes how its main process ended here, as the line
			       * "exit STATUS" or "signal NUMBER"; -1: nowhere */
	const char *bring;    /* one static file added to the view, at /run/bring/NAME; or NULL.
			       * With the view left out: at /mnt/bring/NAME of the host's tree */
	char *const *command; /* other arguments (argv[0] a path in the view); NULL: the plan's */
	unsigned refusal;     /* errno of seccomp refusals; 0: EPERM */
	bool scratch_secrets; /* drills: secrets hold placeholders */
	/* By stack_enter() alone: go into the namespaces of a running service instead, whose init
	 * is `entered_pid` with pidfd `entered`. */
	bool enters;
	int entered;
	pid_t entered_pid;
};

struct stack_launched {
	pid_t init;    /* on the host */
	pid_t service; /* on the host */
	int init_pidfd;
	struct guard guard; /* foreground: removes the cgroup when the launcher dies */
};

/* One whose init works by itself. */
struct stack_launching;

/*
 * Do the launcher's part.  0, or a negative errno with @why naming the step and the
 * policy line.  @plan, @service and @options' texts stay the caller's until the end
 * of the launch; its descriptors need not.
 */
int stack_launch_begin(const struct plan *plan, const struct plan_service *service,
	const struct stack_launch_options *options, struct stack_launching **launching,
	struct fault *why);

/* When it can be read, stack_launch_end() does not wait. */
int stack_launch_channel(const struct stack_launching *launching);

/* Wait until the program runs, or say why it does not; frees @launching.  0 or a negative errno. */
int stack_launch_end(
	struct stack_launching *launching, struct stack_launched *launched, struct fault *why);

/* All of it. */
int stack_launch(const struct plan *plan, const struct plan_service *service,
	const struct stack_launch_options *options, struct stack_launched *launched,
	struct fault *why);

/* Did the program itself fail to start, missing or not executable, rather than its confinement? */
bool stack_launch_not_executed(const struct fault *why);

/* Let go of what came with a launch, once it has ended or is left to itself.  It is not ended. */
void stack_launched_close(struct stack_launched *launched);

/* Kill everything in the service's cgroup and remove it; waits until it is empty. */
int stack_kill(const struct plan *plan, const char *cgroup_name, struct fault *why);
