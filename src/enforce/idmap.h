/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

struct fault;
struct plan_identity;

/*
 * A user namespace that shows the host's root as the service, for id-mapped
 * read-only mounts of `read-as-root`.  No process is ever in it but a child
 * that waits to be killed.  A descriptor, which the caller closes, or -errno.
 */
int enforce_idmap(const struct plan_identity *identity, struct fault *why);
