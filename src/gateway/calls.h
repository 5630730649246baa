/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "enforce/own.h"

/* The system calls of a gateway that serves. */
extern const struct enforce_own gateway_own;
