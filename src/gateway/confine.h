/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of gateway_confine(), in the order in which it applies them. */

struct fault;
struct plan;

/* An own mount namespace whose root is an empty, read-only memory file system. */
int gateway_view(struct fault *why);

/* No file at all; TCP connections to the services' published ports only (ABI 4). */
int gateway_landlock(const struct plan *plan, struct fault *why);
