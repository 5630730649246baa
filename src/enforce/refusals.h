/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the programs of a service's cgroup have refused (peers.c, ports.c): no packet was made, so
 * no table knows of it.  They share a map, which lives as long as one of them and is found again by
 * it: nobody of ours has to run, and nothing is pinned.  It holds the newest of them.
 */

#include <stddef.h>
#include <stdint.h>

struct enforce_program;

/* A new map, or the one of the programs that @cgroup runs: replaced programs leave it to the next.
 * Its descriptor, which the caller closes, or -errno. */
int enforce_refusals_make(void);
int enforce_refusals_of(int cgroup);

enum { REFUSAL_WORDS = 4 };

/* Where a program has what it was asked: the numbers of registers, of which those of the @words of
 * the address stand in a row. */
struct enforce_refusal_registers {
	unsigned char address, words, port;
	unsigned char protocol; /* or the socket's type */
};

/* The last steps of a program at @hook: record what was @asked in program->refusals, and refuse. */
void enforce_refusal(
	struct enforce_program *program, int hook, const struct enforce_refusal_registers *asked);

struct enforce_refusal {
	int hook;                        /* enum bpf_attach_type */
	uint32_t address[REFUSAL_WORDS]; /* as it travels; by a hook of IPv4 the first word alone */
	uint32_t port;
	uint32_t protocol; /* or the socket's type, when it was bound */
	uint64_t count;
	uint64_t ago; /* seconds since the last */
};

/* Each of them in @map, in no order.  0 or -errno. */
int enforce_refusals_each(
	int map, void (*each)(void *context, const struct enforce_refusal *refusal), void *context);
