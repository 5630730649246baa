/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What time it is, for those who wait. */

#include <stdint.h>

/* Of the monotonic clock. */
int64_t clock_milliseconds(void);
