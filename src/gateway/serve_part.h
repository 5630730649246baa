/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of gateway_serve(): serve.c has the loop and the connections that are open,
 * serve_call.c what comes before. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gateway_door;
struct gateway_relay;
struct gateway_server;
union gateway_address;

/* In so many seconds it is late; 0: never. */
void gateway_set_deadline(struct gateway_server *server, struct gateway_relay *relay, long seconds);

/* Move what there is to move; end it, @reset as a failure. */
void gateway_move_relay(struct gateway_server *server, size_t index);
void gateway_end_relay(struct gateway_server *server, size_t index, bool reset);

/* Take @client, who comes by @door from @address, or refuse him. */
void gateway_begin_call(struct gateway_server *server, struct gateway_door *door, int client,
	const union gateway_address *address);

/* What a client says first, where that decides whether he is let through. */
void gateway_hear_client(struct gateway_server *server, size_t index, uint32_t events);

/* The connection to the other end is there, or has failed. */
void gateway_finish_connect(struct gateway_server *server, size_t index);

/* An end that does not answer has seen nothing of the client: another one may serve it.  False:
 * there is none. */
bool gateway_try_another(struct gateway_server *server, size_t index);
