/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Signals that verbs wait for or hold back. */

#include <signal.h>

/* SIGINT and SIGTERM: give up. */
sigset_t signals_to_give_up(void);
