/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The program of the router's shortcut, for the files that attach and compare it. */

#include "enforce/program.h"
#include "plan/service.h"

struct arena;
struct plan;

/* Newer than the headers of Debian 12. */
enum { TCX_INGRESS = 46 };

/* The door as one end of a link: who asks by it from the host's loopback has that address. */
struct plan_service enforce_shortcut_door(const struct plan *plan);

struct enforce_program enforce_shortcut_compile(
	const struct plan *plan, const struct plan_service *service, struct arena *arena);
/* Its descriptor, which the caller closes, or -errno. */
int enforce_shortcut_load(
	const struct plan *plan, const struct plan_service *service, struct arena *arena);
