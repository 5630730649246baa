/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/socket.h>

#include "stack/launcher.h"

void launcher_answer(
	struct launcher *launcher, struct stack_answer *answer, const int *fds, size_t count)
{
	const char *file = answer->why.where.file;

	snprintf(answer->file, sizeof(answer->file), "%s", file ? file : "");
	answer->why.where.file = NULL;
	/* Gone, or it does not listen: who reads from it sees an end, and ends. */
	if (stack_channel_answer(launcher->channel, answer, fds, count) < 0)
		shutdown(launcher->channel, SHUT_RDWR);
}
