/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>

struct enforce_launch;

/* After each step of any side: test builds end the launcher after the one asked for. */
void stack_step_done(struct enforce_launch *launch, size_t number);
