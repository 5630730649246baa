/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What surrounds a drill: things outside the service that an attempt goes for,
 * so that it fails because of the confinement and not because nothing is there.
 * Everything in it is the drill's own, and is gone when the world is closed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "drill/links.h"
#include "enforce/stand_in.h"

struct arena;
struct drill_echo;
struct fault;
struct plan;
struct plan_service;

/* A service of another stack, or its router. */
struct drill_other {
	const char *stack, *name;
	const char *addresses[2]; /* NULL: has none of the kind */
	uint32_t port;            /* that it listens on; 0: any */
	bool datagrams;
	int network; /* of a router, where the drill may listen; else -1 */
};

struct drill_options {
	const char *payload;    /* the executable bulkhead-drill */
	const char *run_folder; /* the stack's: hosts files and socket folders; NULL: not live */
	const int *networks;    /* network namespace of each service, by its place in the plan */
	int router;             /* the router's network namespace, or -1 */
	int lock;               /* of drill_lock(), which the keeper keeps until all is tidy */
	bool live;              /* the services' daemons run: their ports are taken */
	unsigned without;       /* bits 1 << enum layer: left off in every launch */
	bool apart; /* launches may leave layers off: on scratch data, never in live networks */
	const struct drill_other *others; /* of stacks that run on this machine */
	size_t other_count;
	bool depth; /* and each attempt is made without what stopped it, until it gets through */
	struct arena *arena; /* outlives the world */
};

enum { DRILL_MOST_HELPERS = 260 };

/* Control runs already made, shared with the workers: one for each attempt and argument. */
struct drill_cache;

/* What outlives its maker, shared by the drill with its keeper; -1: not made. */
struct drill_made {
	pid_t launcher; /* that launches at present, or 0 */
	int memory, semaphore, messages;
};

struct drill_world {
	const struct plan *plan;
	const struct drill_options *options;
	pid_t helpers[DRILL_MOST_HELPERS];
	size_t helper_count;
	char scratch[64];       /* a folder of root's for control runs */
	char file[96];          /* a file in it */
	char socket[96];        /* a unix socket in it, open to everyone */
	const char *run_folder; /* the stack's; one in @scratch while it does not run */
	char name[64];          /* abstract unix sockets and the message queue */
	char host_name[65];
	uint16_t host_port;         /* on the host's loopback */
	uint16_t near_port;         /* in each service's network namespace and the router's */
	uint16_t free_port;         /* that nobody listens on or declares */
	struct drill_links machine; /* of the host */
	char router_link[46];       /* the router's IPv6 address of a link; empty: it has none */
	int key;                    /* of System V memory, semaphores and messages */
	struct drill_made *made;
	pid_t drill;  /* the process that opened it */
	pid_t keeper; /* see drill/keeper.h */
	int tell;     /* to the keeper: the end */
	struct drill_cache *cache;
	const struct plan_service *toward; /* whom a permitted connection is to reach, or NULL */
	unsigned without;                  /* bits 1 << enum layer: left off in the next launch */
	struct arena *arena;
	struct enforce_stand_ins stand_ins; /* when apart */
	int everywhere;                     /* when apart: see drill/everywhere.h; else -1 */
};

/* The payload of this program: installed, else of this build; NULL when neither is there. */
const char *drill_payload(void);

/* Ports that drills go for where nobody declares them. */
extern const uint16_t drill_samples[];
extern const size_t drill_sample_count;

/* Does @service declare to listen on @port, by whatever transport? */
bool drill_declares(const struct plan_service *service, unsigned port);

/* Needs root.  On failure nothing is left. */
int drill_world_open(const struct plan *plan, const struct drill_options *options,
	struct drill_world *world, struct fault *why);
void drill_world_close(struct drill_world *world);

/* Start @echo as one of the world's helpers. */
int drill_world_echo(struct drill_world *world, struct drill_echo *echo, struct fault *why);

/* A process outside with @service's user, in namespaces of its own: another service of the
 * same user, or a container.  Dies with the world. */
int drill_world_stranger(struct drill_world *world, const struct plan_service *service, pid_t *pid,
	struct fault *why);

/* An address in every process that the caller forks: a byte that may be read and written. */
unsigned long drill_world_address(void);
