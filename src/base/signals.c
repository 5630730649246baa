/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/signals.h"

sigset_t signals_to_give_up(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}
