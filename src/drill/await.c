/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/await.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "drill/report.h"

enum { PATIENCE = 3000 }; /* milliseconds */

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Read what there is; what has no room is thrown away.  As of read(2). */
static ssize_t take(int output, struct drill_end *end)
{
	char rest[4096];
	size_t room = sizeof(end->text) - end->length;

	if (room == 0)
		return read(output, rest, sizeof(rest));
	ssize_t length = read(output, end->text + end->length, room);
	if (length > 0)
		end->length += (size_t)length;
	return length;
}

static bool begins(const struct drill_end *end, size_t from)
{
	return memmem(end->text + from, end->length - from, DRILL_BEGUN, strlen(DRILL_BEGUN));
}

/* Until the process has ended. */
static int wait_and_read(int pidfd, int output, struct drill_end *end)
{
	struct pollfd waits[] = {{.fd = pidfd, .events = POLLIN}, {.fd = output, .events = POLLIN}};
	int64_t last = now() + PATIENCE;

	while (!waits[0].revents) {
		int64_t left = last - now();
		int count = poll(waits, 2, end->late ? -1 : left > 0 ? (int)left : 0);

		if (count < 0 && errno != EINTR)
			return -errno;
		if (count == 0) {
			end->late = true;
			if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0)
				return -errno;
		}
		if (count <= 0 || !waits[1].revents)
			continue;
		size_t before = end->length;
		if (take(output, end) <= 0)
			waits[1].fd = -1;
		else if (begins(end, before))
			last = now() + PATIENCE;
	}
	return 0;
}

int drill_await_end(int pidfd, int output, struct drill_end *end)
{
	siginfo_t how = {0};

	end->length = 0;
	end->late = false;
	int error = wait_and_read(pidfd, output, end);
	if (error)
		return error;
	if (waitid(P_PIDFD, (id_t)pidfd, &how, WEXITED) < 0)
		return -errno;
	/* The pipe is emptied for the next one; its writers are dead, so nothing is to come. */
	while (take(output, end) > 0)
		;
	end->status = how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status;
	return 0;
}

void drill_conclude_end(const struct drill_attempt *attempt, const struct drill_end *end,
	size_t from, struct drill_answer *answer)
{
	drill_conclude(attempt, end->text + from, end->length - from, end->status, answer);
	if (end->late && answer->outcome == DRILL_LOST) {
		answer->error = ETIMEDOUT;
		answer->signal = 0;
	}
}

int drill_await(
	int pidfd, int output, const struct drill_attempt *attempt, struct drill_answer *answer)
{
	struct drill_end end;
	int error = drill_await_end(pidfd, output, &end);

	if (!error)
		drill_conclude_end(attempt, &end, 0, answer);
	return error;
}
