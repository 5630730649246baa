/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Compare a filter with the plan that it was compiled from: every number, every
 * architecture, and for each call every class of arguments that its rules tell
 * apart, with junk in the half that the kernel does not read.
 */

#include <stddef.h>
#include <stdint.h>

struct plan_filter;
struct plan_launch_addresses;
struct plan_service;

enum { REFUSAL = 3999 };

/* How many calls were compared; fails the running test at the first difference. */
size_t compare_with_oracle(const struct plan_service *service,
	const struct plan_launch_addresses *launch, const struct plan_filter *filter);
