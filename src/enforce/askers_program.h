/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Who asks a service from outside by datagrams, in the program of its cgroup: a daemon answers such
 * a client by an address and a port that nobody knows before, so it may send to all those that its
 * doors let in.  Which of them has asked, its table and the router's know.
 */

#include <stdbool.h>

struct enforce_program;
struct plan;
struct plan_service;

/* As enforce_program_outside(): of a door without ranges, to all but special addresses and those of
 * the stack, of which the router's own, and who stands for the host's clients, are meant as well.
 */
void enforce_program_askers(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, bool wide);
