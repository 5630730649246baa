/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of the plan's record that have a file of their own. */

struct record_type;

extern const struct record_type plan_life_record; /* struct plan_life */
