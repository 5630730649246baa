/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/reload_step.h"

#include <signal.h>
#include <unistd.h>

#include "config.h"
#include "stack/reload.h"

bool stack_reload_step(const struct stack_reload *reload, int step)
{
	if (BULKHEAD_TEST_BUILD && reload->kill_after == step)
		kill(getpid(), SIGKILL);
	return BULKHEAD_TEST_BUILD && reload->fail_after == step;
}
