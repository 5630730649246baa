/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The rows of the table in labels.c, by the file that writes their programs. */

#include <stdbool.h>

struct enforce_program;
struct plan;
struct plan_service;

/* ports.c: run after the kernel has chosen the port. */
void enforce_label_ports(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook);

/* peers.c: run before the kernel looks for a route. */
void enforce_label_peers(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook);
/* Not when it makes no such socket or Landlock lets it connect nowhere, nor when the network layer
 * is in audit mode, which lets it connect to record where to. */
bool enforce_label_peers_held(const struct plan_service *service, int hook);

/* sockets.c */
void enforce_label_sockets(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook);
/* May @service make an internet socket of @type, with the type's usual protocol? */
bool enforce_makes_sockets(const struct plan_service *service, int type);

/* socket_options.c */
void enforce_label_socket_options(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook);
/* Not of sockets that it cannot make. */
bool enforce_label_socket_options_held(const struct plan_service *service, int hook);

/* devices.c */
void enforce_label_devices(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook);
