/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/channel.h"

#include "base/packet.h"

int stack_channel_ask(int channel, const struct stack_request *request)
{
	return packet_send(channel, request, sizeof(*request), NULL, 0);
}

int stack_channel_answer(
	int channel, const struct stack_answer *answer, const int *fds, size_t count)
{
	return packet_send(channel, answer, sizeof(*answer), fds, count);
}

int stack_channel_request(int channel, struct stack_request *request)
{
	return packet_receive(channel, request, sizeof(*request), NULL, 0);
}

int stack_channel_heard(int channel, struct stack_answer *answer, int fds[STACK_ANSWER_FDS])
{
	return packet_receive(channel, answer, sizeof(*answer), fds, STACK_ANSWER_FDS);
}
