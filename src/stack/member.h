/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One long-lived process of a stack: the init of a service, the gateway, the outlet,
 * the resolver, the supervisor or the launcher.  A pid alone may mean a stranger by now, so a
 * member is known by pid *and* start time.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct fault;

enum stack_member_kind {
	STACK_SERVICE,
	STACK_GATEWAY,
	STACK_SUPERVISOR,
	STACK_LAUNCHER,
	STACK_OUTLET,
	STACK_RESOLVER,
};

struct stack_member {
	enum stack_member_kind kind;
	const char *name;
	int pid;        /* a service: its init */
	uint64_t start; /* clock ticks after boot, as in /proc/PID/stat */
	int process;    /* a service: its main process; else pid again */
	uint64_t process_start;
	uint64_t since;      /* seconds since 1970 */
	uint32_t without;    /* a service: layers left out by its launch, 1 << enum layer */
	uint32_t generation; /* of the plan that it was launched by */
};

/* Seconds for which the process has run; 0 when it is gone. */
uint64_t stack_member_uptime(const struct stack_member *member);

/* Describe a running process.  0 or -errno. */
int stack_member_fill(struct stack_member *member, enum stack_member_kind kind, const char *name,
	pid_t pid, pid_t process);

/* A pidfd of the member (the caller closes it), or -ESRCH when it has ended. */
int stack_member_open(const struct stack_member *member);

/* A pidfd of a service's main process, likewise. */
int stack_member_open_process(const struct stack_member *member);

/* Its network namespace (the caller closes it), or -errno: -ESRCH when it has ended. */
int stack_member_network(const struct stack_member *member);

/* Does it run still? */
bool stack_member_alive(const struct stack_member *member);

/* Write to, or read from, file @file in @folder (a descriptor); also what an older version wrote.
 */
int stack_member_write(
	int folder, const char *file, const struct stack_member *member, struct fault *why);
int stack_member_read(int folder, const char *file, struct arena *arena,
	struct stack_member *member, struct fault *why);
