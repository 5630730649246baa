/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "stack/supervised.h"

/* Fewer than what two sockets hold of requests and of answers. */
enum { MOST_OUTSTANDING = 32 };

void supervisor_ask(
	struct supervisor *supervisor, enum stack_verb verb, uint32_t service, uint32_t number)
{
	if (supervisor->queued == supervisor->queue_room) {
		size_t room = supervisor->queue_room * 2 + 64;
		struct stack_request *longer =
			arena_alloc(supervisor->arena, room * sizeof(*longer));

		if (supervisor->queued)
			memcpy(longer, supervisor->queue, supervisor->queued * sizeof(*longer));
		supervisor->queue = longer;
		supervisor->queue_room = room;
	}
	supervisor->queue[supervisor->queued++] = (struct stack_request){verb, service, number};
}

void supervisor_send(struct supervisor *supervisor)
{
	size_t sent = 0;

	while (sent < supervisor->queued && supervisor->outstanding < MOST_OUTSTANDING) {
		/* A launcher that is gone is seen by who reads from it. */
		if (stack_channel_ask(supervisor->channel, &supervisor->queue[sent]) < 0)
			break;
		supervisor->outstanding++;
		sent++;
	}
	supervisor->queued -= sent;
	if (sent)
		memmove(supervisor->queue, supervisor->queue + sent,
			supervisor->queued * sizeof(*supervisor->queue));
}
