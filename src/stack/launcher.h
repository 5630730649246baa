/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The launcher: all that a running stack needs a privileged process for, and
 * nothing else.  It makes the router and the control socket, forks the supervisor
 * and then does what that asks for (stack/channel.h): start, signal, look.  It
 * decides nothing and reads nothing that a service could have written but the
 * kernel's tables of sockets.
 *
 * SIGTERM and SIGHUP: it ends, its supervisor with it, and the services run on.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"
#include "stack/channel.h"
#include "stack/member.h"
#include "stack/start.h"

struct arena;
struct stack_begin;
struct stack_state;

/* What `up` is told over their pipe: that the supervisor serves, or why not; smaller than PIPE_BUF,
 * so that it comes whole. */
struct stack_begun {
	int32_t code;
	struct fault why; /* its file is in `file` */
	char file[512];
};

/* Run as the launcher, in a child of its own session.  Returns the exit status. */
int stack_launcher(const struct stack_begin *begin, int news);

/* The rest is for launcher*.c alone. */

/* A probe's command that runs. */
struct launcher_command {
	struct stack_request request;
	int pidfd; /* -1: a free place */
};

/* A service whose init works by itself; the launcher meanwhile begins with the next. */
struct launcher_start {
	struct stack_request request;
	struct stack_starting starting;
};

enum { LAUNCHER_COMMANDS = 32, LAUNCHER_STARTS = 8 };

struct launcher {
	const struct stack_begin *begin;
	struct arena *arena, *plan_arena, *asked_arena; /* of start.plan and of start.asked, when
							   they came later */
	struct stack_start start;
	struct stack_state *state;     /* where `look` finds plan and folder */
	struct stack_member *services; /* by index in the plan; pid 0: never started */
	struct stack_member relays[STACK_RELAYS];
	const struct plan *older; /* the last that a command needed, of services launched by it */
	uint32_t older_generation;
	struct launcher_command commands[LAUNCHER_COMMANDS];
	struct launcher_start starts[LAUNCHER_STARTS];
	int channel;
	bool settled; /* nobody undoes any more what was begun */
	int64_t opened_since;
	uint32_t opened; /* addresses, since then */
	pid_t supervisor;
};

/* Do what is asked for, until it ends: the exit status, 0 when one of @signals (signalfd(2)) told
 * it to. */
int launcher_loop(struct launcher *launcher, int signals);

/* Do what @request asks for, and answer. */
void launcher_serve(struct launcher *launcher, const struct stack_request *request);

/* Send @answer, with the file of its fault beside it. */
void launcher_answer(
	struct launcher *launcher, struct stack_answer *answer, const int *fds, size_t count);

/* The resolver asks for an address to be opened: do so, and answer; or it is gone. */
void launcher_open(struct launcher *launcher);
/* Milliseconds until it is heard again, which has asked for many of late; 0: it is now.  One that
 * was taken over must not keep from its work who starts services. */
int launcher_open_later(struct launcher *launcher);

/* Start the command of a probe. */
int launcher_probe(
	struct launcher *launcher, const struct stack_request *request, struct fault *why);
/* It has ended: answer who asked for it. */
void launcher_command_ended(struct launcher *launcher, struct launcher_command *command);

/* Begin to launch the service that @request is about; the answer comes when it runs. */
int launcher_start(
	struct launcher *launcher, const struct stack_request *request, struct fault *why);
/* Its program runs, or does not: answer who asked for it. */
void launcher_started(struct launcher *launcher, struct launcher_start *start);
/* Wait for those that are being launched: of @service, or STACK_WHOLE. */
void launcher_await_starts(struct launcher *launcher, uint32_t service);
