/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/launch_step.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "config.h"
#include "enforce/launch.h"
#include "enforce/steps.h"

void stack_launch_step(struct enforce_launch *launch, size_t number)
{
	if (!BULKHEAD_TEST_BUILD || launch->kill_after != (int)number)
		return;
	if (enforce_steps[number - 1].side == ENFORCE_LAUNCHER ||
		enforce_steps[number - 1].side == ENFORCE_MAPPER)
		kill(getpid(), SIGKILL);
	/* The other sides cannot reach the launcher: they ask it, and wait for their own end, which
	 * another launch may have brought about just when this init changed its ids. */
	descriptor_write(launch->status_pipe[1], "k", 1);
	poll(NULL, 0, 1000);
	_exit(1);
}
