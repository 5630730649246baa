/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Starting one of the processes between a stack and its host. */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/where.h"

struct fault;

struct gateway_process {
	const char *name;
	struct where where;
	/*
	 * Its life: it gets ready, says so by one byte to @status, closes that, serves, and ends
	 * without returning; or it returns with @why filled.
	 */
	void (*live)(const void *what, int status, struct fault *why);
	const void *what;
};

/*
 * Fork it into the cgroup @cgroup (a directory descriptor; -1: the caller's), as pid 1 of a
 * namespace of its own.  Returns when it serves; the caller closes *@pidfd.  On failure both are
 * -1.
 */
int gateway_process_start(const struct gateway_process *process, int cgroup, pid_t *pid, int *pidfd,
	struct fault *why);

/* What it is sent when another one serves in its place: it takes nobody any more, and ends with the
 * last that it serves.  SIGTERM ends it at once. */
enum { GATEWAY_LEAVE = SIGUSR1 };

/* Was the calling process sent that?  It hears of it in epoll_pwait() with an empty mask alone. */
bool gateway_process_leaves(void);

/* Sockets and files that the calling thread makes from now on belong to @id, for which it needs
 * CAP_SETUID.  Where one of that owner listens, another one of the same may as well (SO_REUSEPORT).
 * 0 or -errno. */
int gateway_process_own(uint32_t id);

/* Of the calling process: /dev/null as standard streams, the @count descriptors in @kept, and no
 * others.  0 or -errno. */
int gateway_process_keep(const int *kept, size_t count);
