/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where a service waits for others: the ports and socket paths that are bound in
 * the network namespace of one of its processes, as the kernel's own tables in
 * /proc/PID/net say.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;

/* A TCP socket that listens, or a UDP socket that is bound and talks to nobody in particular. */
struct stack_bound {
	bool udp;
	bool wide;  /* of IPv6; one at :: takes IPv4 too, unless it is */
	bool alone; /* of TCP: told not to; known to root alone */
	uint32_t port;
	uint8_t address[16]; /* the first four of an IPv4 one */
};

enum { STACK_BOUND_TEXT = 64 };

/* The bound ports, sorted by number, in @arena. */
struct stack_bound *stack_bound_ports(pid_t pid, struct arena *arena, size_t *count);

/* Can only the service itself get there?  Also when it is an IPv4 address in IPv6's clothes. */
bool stack_bound_loopback(const struct stack_bound *bound);

/* Does it take connections to the service's IPv4, or else IPv6, address? */
bool stack_bound_serves(const struct stack_bound *bound, bool wide);

/* Does it take what comes for @address of the service's loopback? */
bool stack_bound_at(const struct stack_bound *bound, const char *address);

/* "127.0.0.1:5432", "[::]:53/udp", in @text, which is returned. */
const char *stack_bound_text(const struct stack_bound *bound, char text[STACK_BOUND_TEXT]);

/* Does somebody listen on the unix socket of this @path, as the service names it? */
bool stack_bound_path(pid_t pid, const char *path);
