/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A client and a server of one byte, each a process in its network namespace and its cgroup. */

#include <stdbool.h>
#include <sys/types.h>

enum paths_kind { PATHS_TRIP, PATHS_NEW, PATHS_KINDS };

struct paths_row {
	const char *name;
	const char *folder;         /* of the namespaces `client` and `server` */
	const char *group;          /* folder of their cgroups, or NULL */
	const char *address, *port; /* of the server */
	bool datagrams;
	pid_t client, server;
	int asked, answered; /* the client's pipes */
};

/* Start both; ends this process with a message when one cannot. */
void paths_begin(struct paths_row *row);

/* Nanoseconds of the best window. */
double paths_measure(struct paths_row *row, enum paths_kind kind);

void paths_end(struct paths_row *row);
