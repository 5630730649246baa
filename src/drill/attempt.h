/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Attempts: small attacks that a confined process tries and that must fail.
 *
 * Each runs inside the service's own confinement, in the payload
 * (bulkhead-drill) or, for our own processes, in a fork of them.  It must work
 * under the tightest filter, so it makes bare system calls and uses no stdio,
 * locale or malloc; and it must be harmless where it succeeds, since the control
 * run makes it succeed on purpose.
 */

#include <stdbool.h>
#include <stddef.h>

#include "catalog/layer.h"

/* What the runner prepares for an attempt: the meaning of its two arguments. */
enum drill_need {
	DRILL_NOTHING,
	DRILL_FOLDER,         /* a folder that it may write */
	DRILL_DECLARED_WRITE, /* a folder that the policy lets it write */
	DRILL_DECLARED_READ,  /* a file or folder that the policy lets it only read */
	DRILL_OTHER_FILE,     /* a path that only another service may use */
	DRILL_OTHER_SECRET,   /* the source of another service's secret */
	DRILL_SECRET_SOURCE,  /* the source of its own secret, on the host */
	DRILL_SECRET,         /* its own secret's file */
	DRILL_SINGLE,         /* nothing, but only for services that create no process */
	DRILL_SUBJECT,        /* nothing, but not for an init, whose right it is */
	DRILL_NO_CODE,        /* nothing, but only for services that may not make code */
	DRILL_NO_PROGRAMS,    /* nothing, but only for services without programs */
	DRILL_FIXED_GROUPS,   /* nothing, but not for services that change to `users` themselves */
	DRILL_UNLINKED,       /* nothing, but only for services without any socket of a network */
	DRILL_STRANGER,       /* a process outside with the same uid: its pid; an address in it */
	DRILL_FIRST_PROCESS, /* nothing: it is pid 1, of the service's namespace or the control's */
	DRILL_HOST_PORT,     /* a port that something listens on, on the host's loopback */
	DRILL_NEAR_PORT,     /* a peer that it may talk to; a port that it may not */
	DRILL_NEAR_PORT6,
	DRILL_FAR_PORT,    /* a service that it may not talk to; a port listened on there */
	DRILL_ROUTER_PORT, /* the router's address; a port listened on there */
	DRILL_OUTLET_PORT, /* the same; a port by which another service reaches the host */
	DRILL_INTERNET,    /* an address that belongs to nobody's stack; a port */
	DRILL_INTERNET6,
	DRILL_NAME_SERVER, /* the same, where names are asked for */
	DRILL_METADATA,    /* the metadata address of clouds; a port */
	DRILL_METADATA6,
	DRILL_LINK_LOCAL,  /* an address that is a link's own; a port */
	DRILL_LINK_LOCAL6, /* the router's own of the link where it has one, else as above */
	DRILL_AROUND,      /* nothing; a port that the drill listens on at the router */
	DRILL_RESOLVER,    /* the router's address; the port of resolvers */
	DRILL_RESOLVER6,
	DRILL_KNOWN_RESOLVER, /* a public resolver's address; the port of resolvers */
	DRILL_KNOWN_RESOLVER6,
	DRILL_KNOWN_TLS,             /* the same; the port of resolvers that encrypt */
	DRILL_FREE_PORT,             /* a port that the service does not declare */
	DRILL_HOST_NAME,             /* the host's name */
	DRILL_HOST_ABSTRACT,         /* an abstract unix socket of the host */
	DRILL_NEAR_ABSTRACT,         /* the same in the service's own network namespace */
	DRILL_HOST_SOCKET,           /* a unix socket's path on the host, open to everyone */
	DRILL_OTHER_SOCKET,          /* a unix socket that another service listens on */
	DRILL_SEGMENT,               /* key of shared memory, semaphores and messages on the host */
	DRILL_QUEUE,                 /* name of a message queue on the host */
	DRILL_FILE_LIMIT,            /* most descriptors it may have */
	DRILL_PROCESS_LIMIT,         /* most processes and threads it may have */
	DRILL_DECLARED_CAPABILITIES, /* the capabilities it declares, as a mask */
	DRILL_OWN_USER,              /* its declared user and group */
	DRILL_INHERITED,   /* the control run hands it descriptors that no service may get */
	DRILL_PEER,        /* a declared peer's address and port; one that leaves the stack first */
	DRILL_PEER_NAME,   /* its name and port */
	DRILL_PEER_SOCKET, /* a declared peer's unix socket */
	DRILL_PROGRAM,     /* a program that it declares */
	DRILL_PRELOAD,     /* a folder that it may write; a program that it declares */
	DRILL_LIBRARY,     /* a library that it may load */
	DRILL_TMP_SIZE,    /* a folder of memory; the size of it */
	DRILL_SHM_SIZE,    /* the same of shared memory */
	DRILL_OWN_PORT,    /* 0.0.0.0 and a declared port of its own */
	DRILL_OWN_SOCKET,  /* the folder of its declared unix socket */
	DRILL_ENDS_LISTEN, /* nothing, but only for services that may do so until they are ready */
	DRILL_ENDS_CONNECT, /* the same, and a peer's address and port if it has one */
	DRILL_ENDS_FORK,
	DRILL_ENDS_EXECUTE,
	DRILL_ENDS_OPEN, /* the same, and a folder that it may write */
	DRILL_ENDS_RENAME,
	DRILL_ENDS_REMOVE,
	DRILL_ENDS_CODE,
	DRILL_NEED_COUNT,
};

/* What an errno means depends on what was tried (see verdict.c). */
enum drill_kind {
	DRILL_PATH,      /* a path */
	DRILL_PROCESS,   /* another process */
	DRILL_INET,      /* a network */
	DRILL_UNIX,      /* a unix socket */
	DRILL_EXEC,      /* running a program */
	DRILL_BROUGHT,   /* running code in a program: that code says so, whatever the program's end
			  */
	DRILL_MEMORY,    /* making memory executable */
	DRILL_IPC,       /* something named in an IPC namespace */
	DRILL_PRIVILEGE, /* asking the kernel for something privileged */
	DRILL_LIMIT,     /* more of something */
	DRILL_INSIDE,    /* looking at itself: what it finds decides */
	DRILL_LATE,      /* again when it is ready what worked before */
};

struct drill_context {
	const char *first, *second; /* as the need says; NULL where it has none */
	long call;                  /* number of the call that decided */
	int layer;                  /* enum layer when the attempt measured it itself, else -1 */
};

/*
 * An attempt returns 0 when it got through, a negative errno when it was refused, or this: the
 * machine has no such door, or it could not look at what would decide.
 */
enum { DRILL_NOT_APPLICABLE = 1 };

struct drill_attempt {
	const char *name;
	const char *sentence;
	enum drill_need need;
	enum drill_kind kind;
	enum layer expected; /* the layer meant to stop it, where no answer tells */
	bool replaces;       /* it got through when another program ran and ended with 0 */
	int (*run)(struct drill_context *context);
	long unless;                     /* number of the call that it is about: not where it is
					  * granted; 0: of none */
	const struct drill_recipe *made; /* of one made from the plan: drill/made.h */
};

struct drill_category {
	const char *name;
	const char *sentence;
	const struct drill_attempt *attempts;
	const size_t *count;
};

const struct drill_category *drill_categories(size_t *count);

/* The attempt called @name, with its category when that is asked for; NULL when unknown. */
const struct drill_attempt *drill_attempt(const char *name, const struct drill_category **category);

/* The rows of each category, one file each. */
#define DRILL_ROWS(category)                                                                       \
	extern const struct drill_attempt drill_##category[];                                      \
	extern const size_t drill_##category##_count

DRILL_ROWS(files);
DRILL_ROWS(secrets);
DRILL_ROWS(exec);
DRILL_ROWS(memory);
DRILL_ROWS(surface);
DRILL_ROWS(newer);
DRILL_ROWS(abi);
DRILL_ROWS(namespaces);
DRILL_ROWS(capabilities);
DRILL_ROWS(devices);
DRILL_ROWS(terminals);
DRILL_ROWS(proc);
DRILL_ROWS(processes);
DRILL_ROWS(ipc);
DRILL_ROWS(inherited);
DRILL_ROWS(network);
DRILL_ROWS(surroundings);
DRILL_ROWS(sockets);
DRILL_ROWS(resources);
DRILL_ROWS(late);
DRILL_ROWS(permitted);  /* in no category: the other side of a scenario */
DRILL_ROWS(undeclared); /* nor these: what attempts made from the plan are made of */

/* At the end of a category's file, below its table `attempts`. */
#define DRILL_COUNT(category)                                                                      \
	const size_t drill_##category##_count =                                                    \
		sizeof(drill_##category) / sizeof(drill_##category[0])
