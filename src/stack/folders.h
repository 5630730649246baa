/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a stack keeps in its run folder for the views of its services. */

#include <stddef.h>

struct fault;
struct plan;
struct plan_service;
struct stack_state;

/*
 * Mount the memory folder of each socket path below @folder/sockets: owned by
 * the listener's user and the declared group, mode 2770, 1 MB and 64 files.  One
 * that is mounted already is left as it is.
 */
int stack_sockets_mount(const struct plan *plan, const char *folder, struct fault *why);

/* Unmount whatever is mounted below @folder/sockets. */
int stack_sockets_unmount(const char *folder, struct fault *why);
