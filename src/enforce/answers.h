/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A socket that awaits datagrams in the host's network can send them there, to anybody.  So the one
 * of a published port notes who has asked by it: a program of the socket's own, locked for good,
 * writes each into a map, and the programs of the gateway's cgroup let it send to those alone
 * (enforce/connects.h).  Who was forgotten, since others have asked after him, is not answered.
 */

#include <stdbool.h>

struct enforce_program;

/* A new map; its descriptor, which the caller closes, or -errno. */
int enforce_answers_make(void);

/* The one that the programs of @cgroup ask, likewise. */
int enforce_answers_of(int cgroup);

/* Have @fd, a socket of @family (AF_INET, AF_INET6) for datagrams, note in @map who asks by it.  0
 * or -errno. */
int enforce_answers_note(int map, int fd, int family);

/* With the registers of enforce/outside_program.h: when it is somebody who has asked, end with the
 * answer 1; all but the callee's registers are lost. */
void enforce_program_answers(struct enforce_program *program, int map, bool wide);
