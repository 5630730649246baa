/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "enforce/own.h"

/* The system calls of a gateway and of an outlet that serve; and of those that carry datagrams. */
extern const struct enforce_own gateway_own, outlet_own;
extern const struct enforce_own gateway_datagrams_own, outlet_datagrams_own;
