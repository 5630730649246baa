/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The system calls of a gateway that serves, as rules for the compiler of the plan. */

struct arena;
struct plan_service;

/* A service made of calls alone. */
const struct plan_service *gateway_calls(struct arena *arena);
