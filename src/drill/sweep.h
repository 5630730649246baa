/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Many attempts at once: connections and datagrams to addresses and ports, which are its words,
 * made by one process that waits for none of them alone.  What gets through is closed again, and
 * the next ones go on.
 */

#include <stdbool.h>

struct drill_attempt;

/* Is @attempt one that may be made so? */
bool drill_swept(const struct drill_attempt *attempt);

/* Make @count / 3 attempts, each NAME ADDRESS PORT in @words; the answers go to descriptor @output
 * in that order, as of drill_each().  False: a word is not understood. */
bool drill_sweep_ports(char **words, int count, int output);
