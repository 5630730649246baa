/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* For each capability one harmless call that asks for it. */

struct drill_context;

typedef int drill_privilege_try(struct drill_context *context);

/* NULL: no call shows it without doing harm, or the kernel asks for it nowhere. */
drill_privilege_try *drill_privilege(unsigned capability);
