/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Scratch data in the place of a stack's own, for launches that leave a layer out. */

#include "enforce/stand_in.h"

struct drill_world;
struct fault;

/*
 * Beneath the scratch folder: for every path that a service of the plan may write, reads as its
 * own or takes a secret from, an empty folder or a file of a few bytes with the same owner and
 * mode.  Wrong use (FAULT_USAGE) where one is neither folder nor file.
 */
int drill_make_stand_ins(struct drill_world *world, struct fault *why);

/* Empty @folder, with all that lies below it. */
void drill_clear_folder(int folder);
