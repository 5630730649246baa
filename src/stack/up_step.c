/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/up_step.h"

#include <signal.h>
#include <unistd.h>

#include "config.h"
#include "stack/up.h"

void stack_up_step(const struct stack_up *up, enum stack_up_step step)
{
	if (BULKHEAD_TEST_BUILD && up->kill_after == (int)step)
		kill(getpid(), SIGKILL);
}
