/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a supervisor knows; for supervisor*.c alone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "stack/channel.h"
#include "stack/control.h"
#include "stack/probe.h"
#include "stack/schedule.h"

struct arena;
struct plan;

/* A service, by its index in the plan. */
struct supervised {
	int pidfd;  /* of its init; -1: it does not run */
	int record; /* what its init writes; -1 before its first start */
	/* Asked to end; its init was told; its init has written that it did it. */
	enum { PHASE_OPEN, PHASE_ENDING, PHASE_TOLD, PHASE_ENDED } phase;
	int64_t end_at; /* OPEN: it was busy, not before; TOLD: it is waited for until then */
	uint32_t end_tries;
	int64_t kill_at;          /* told to stop: patience ends; 0: it was not told */
	struct stack_probe probe; /* fd -1: none is under way */
	struct fault why;         /* the last: a start that failed, or why it is not ready */
	char ended[24];           /* how it ended last; "" when nothing is known */
};

/* A connection to the control socket. */
struct supervised_client {
	int fd; /* -1: a free place */
	struct arena *arena;
	uint32_t verb;
	bool asked, done, failed, leaving, changed;
	uint32_t within;
	int64_t until;
	size_t cursor;    /* STATE: the next to be told */
	bool *wanted;     /* by service: asked for */
	bool *mine;       /* and not running before: given up with this */
	uint64_t *starts; /* RESTART: how often it had been started */
	uint8_t *told;    /* 1: started, 2: ready */
};

enum { SUPERVISED_CLIENTS = 16 };

/* The gateway, the outlet, or the resolver. */
struct supervised_relay {
	bool wanted, asked;
	bool older;     /* it serves by a plan that counts no more: when it ends the next begins at
			   once */
	bool succeeded; /* and the next takes its place */
	int pidfd;
	int64_t until, since; /* when it is started again; when it was */
	uint32_t tries;
	struct fault why; /* code 0: none */
};

struct supervisor {
	const struct plan *plan;
	struct arena *arena, *plan_arena; /* plan_arena: of a plan that came later */
	struct schedule *schedule;
	int channel, control;
	struct supervised *services;
	struct supervised_relay relays[STACK_RELAYS]; /* by enum gateway_part */
	struct supervised_client clients[SUPERVISED_CLIENTS];
	bool settling, settled; /* `up` need not watch over it any more */
	/* Requests that wait: more at once than the sockets hold would block both sides. */
	struct stack_request *queue;
	size_t queued, queue_room, outstanding;
	int64_t now;
};

/* A line in its log, which is its standard error. */
void supervisor_note(const char *service, const char *text);
void supervisor_note_fault(const char *service, const struct fault *why);
const char *supervisor_name(const struct supervisor *supervisor, uint32_t service);

/* Ask the launcher, now or as soon as it has answered others. */
void supervisor_ask(
	struct supervisor *supervisor, enum stack_verb verb, uint32_t service, uint32_t number);
void supervisor_send(struct supervisor *supervisor);

/* Find what runs.  0 or -errno: the launcher is gone. */
int supervisor_adopt(struct supervisor *supervisor);
/* Take an answer of the launcher; it owns @fds. */
void supervisor_heard(struct supervisor *supervisor, const struct stack_answer *answer,
	int fds[STACK_ANSWER_FDS]);
/* What is to be done at supervisor->now.  Returns when to come back at the latest. */
int64_t supervisor_act(struct supervisor *supervisor);
/* The init of a service, or a relay, has ended. */
void supervisor_ended(struct supervisor *supervisor, uint32_t service);
/* What a probe has shown, of readiness or of health. */
void supervisor_answer_probe(struct supervisor *supervisor, uint32_t service, bool good);
/* A probe's descriptor is ready, or its time is over. */
void supervisor_probed(struct supervisor *supervisor, uint32_t service);

/* The control socket: a new client; a packet, or the end, of one; tell all what they wait for.
 * The last returns when to come back at the latest. */
void supervisor_accept(struct supervisor *supervisor);
void supervisor_client(struct supervisor *supervisor, struct supervised_client *client);
int64_t supervisor_tell(struct supervisor *supervisor);
/* Why `services[index]` will not get ready by itself; false: it may. */
bool supervisor_lost(const struct supervisor *supervisor, size_t index, struct fault *why);
/* Why it is not ready when the client's time is over. */
void supervisor_late(const struct supervisor *supervisor, const struct supervised_client *client,
	size_t index, struct fault *why);
/* Plan `number` was answered for, with its file; or not. */
void supervisor_planned(struct supervisor *supervisor, const struct stack_answer *answer, int file);
