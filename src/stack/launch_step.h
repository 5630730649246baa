/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Where a test build can end a launch, by --kill-after: behind each step of enforce/steps.h. */

#include <stddef.h>

struct enforce_launch;

/* Called after step @number, on whichever side it is. */
void stack_launch_step(struct enforce_launch *launch, size_t number);
