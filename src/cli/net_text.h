/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The graph of a stack as text: a line for each edge, some for each kind of refusal. */

#include <stdbool.h>

struct analyze_net;

/* @denied: what was refused alone. */
void cli_net_text(const struct analyze_net *net, bool denied);
