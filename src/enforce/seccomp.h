/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Install a compiled filter on the calling thread; nothing takes it off again.  0 or -errno. */

struct plan_filter;

int enforce_filter(const struct plan_filter *filter);

/* The same of a filter that asks its listener: returns that descriptor, or -errno. */
int enforce_filter_listen(const struct plan_filter *filter);
