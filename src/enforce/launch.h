/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One launch in progress: what its steps hand to each other.
 *
 * The launcher fills it; the init and the service have it by being forks of the
 * launcher.  Only `status` is shared memory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/guard.h"
#include "catalog/layer.h"

struct arena;
struct enforce_stand_ins;
struct plan;
struct plan_service;

/* Written by whichever side fails, else by the init; the launcher reads it when the status pipe
 * ends. */
struct enforce_status {
	struct fault why;
	bool failed;
	bool complete; /* the init is confined, and the exec has happened */
};

struct enforce_bytes {
	char *data;
	size_t length;
};

/* Bytes that one side copies from one descriptor to another (a caller's socket is never handed to
 * a service: it would be a way out of its network namespace). */
struct enforce_relay {
	int from, to;
};

/* A folder that sources of the view lie in. */
struct enforce_folder {
	const char *path; /* "" is / */
	int fd;           /* -1: it has links in it, or is not there */
	bool trusted;     /* nobody but root can put anything else in a name's place */
};

struct enforce_launch {
	/* Given by the caller. */
	const struct plan *plan;
	const struct plan_service *service;
	struct arena *arena;
	unsigned without; /* layers left out, 1 << enum layer: see stack/launch.h */
	const struct enforce_stand_ins *stand_ins;
	unsigned refusal; /* errno of seccomp refusals */
	bool scratch_secrets, foreground;
	const char *run_folder, *cgroup_name, *bring;
	char *const *command;
	bool enters; /* into a running service, instead of making one */
	int entered; /* then: a pidfd of its init */
	pid_t entered_pid;
	int network; /* to enter; made by a step when -1 */
	int router;
	int log_folder; /* the caller's; after its step a detached mount of it, or -1 */
	int kill_after;
	int exit_record;

	/* Made by the launcher. */
	int cgroup;         /* directory of the service's cgroup */
	struct guard guard; /* removes it when the launcher dies */
	bool network_made;  /* `network` is ours to close */
	int home_network;   /* the launcher's own, to come back to */
	int *sources;       /* per node: the path as opened, or its mount; -1: none */
	int *trees;         /* per node: its detached mount, -1: none */
	struct enforce_folder *folders;
	size_t folder_count;
	int bring_tree, proc_tree;
	struct enforce_bytes *secrets; /* per node */
	const char *hosts;             /* text of the hosts file, when the stack keeps none */
	const char *program;
	char **arguments, **environment;
	int standard[3]; /* what becomes the service's 0, 1, 2 */
	int log;         /* read end of the log pipe; -1: none */
	struct enforce_relay relays[3];
	size_t relay_count;
	struct enforce_status *status;
	int init_pidfd;
	pid_t init;
	int gate[2];        /* the init starts when a byte comes, ends when it closes */
	int status_pipe[2]; /* ends when the exec has happened and the init is confined */

	/* Made by the init. */
	int root;          /* folder of the new root */
	bool covered;      /* what masks are copies of is made */
	int cover;         /* a copy of the file among them that was of no use yet; 0: none */
	int ruleset;       /* Landlock */
	int exec_pipe[2];  /* ends when the service's exec has happened */
	int init_pipe[2];  /* a byte comes when the init is confined */
	int phase_pair[2]; /* brings the listener of the calls that end when the service is ready */
	int notify;        /* where the service says that it is ready; -1: it does not */
	int phase_listener; /* -1: nothing ends, or all of it has */
};

/* Is @layer left out of this launch? */
bool enforce_leaves_out(const struct enforce_launch *launch, enum layer layer);

/* The host's id of @inside by @extents of a plan; -1 when it is not mapped. */
struct plan_extent;
long enforce_outside(const struct plan_extent *extents, size_t count, unsigned inside);
