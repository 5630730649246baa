/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Somebody to talk to: a process that accepts connections and answers
 * datagrams, so that a refusal is the confinement's and not an empty room.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fault;
struct in6_addr;

enum { DRILL_ECHO_PORTS = 192, DRILL_ECHO_SOCKETS = 16, DRILL_ECHO_ADDRESSES = 16 };

/* A unix socket to make in a folder that only root may write. */
struct drill_echo_socket {
	const char *folder, *name;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct drill_echo {
	int network;                      /* the network namespace to sit in; -1: the caller's */
	bool loopback;                    /* listen on 127.0.0.1 and ::1 alone */
	uint16_t ports[DRILL_ECHO_PORTS]; /* TCP and UDP; the first 0: any free one, filled in */
	size_t port_count;
	/* With loopback: these addresses of the machine as well, where only the machine itself is
	 * heard, and the stacks that are linked to it; at most DRILL_ECHO_ADDRESSES. */
	const struct in6_addr *addresses;
	size_t address_count;
	bool shared;          /* a port that somebody has already is left to him */
	bool groups;          /* and be of the groups that DRILL_GROUP4 and DRILL_GROUP6 are */
	const char *abstract; /* an abstract unix socket, or NULL */
	struct drill_echo_socket sockets[DRILL_ECHO_SOCKETS];
	size_t socket_count;
};

/* One more port, unless it has that already or has no room. */
void drill_echo_port(struct drill_echo *echo, unsigned port);

/* Start it; when this returns 0 it listens.  It dies with the caller, who may kill @pid. */
int drill_echo(struct drill_echo *echo, pid_t *pid, struct fault *why);
