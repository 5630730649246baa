/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Believe the kernel, not ourselves: read what it enforces on a running process
 * now and compare it with the plan.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/where.h"
#include "catalog/layer.h"

struct plan;
struct plan_service;

enum enforce_state {
	ENFORCE_ENFORCED, /* read back from the kernel, as planned */
	ENFORCE_RECORDED, /* the launch did it or would have failed; no kernel shows it */
	ENFORCE_WEAKER,
	ENFORCE_ABSENT,
	ENFORCE_UNKNOWN,
};

struct enforce_verdict {
	enum layer layer;
	enum enforce_state state;
	char text[160];     /* what was read, or what differs: "uid 33, 0 inside is 1900000003" */
	struct where where; /* the policy line of the rule that is weaker */
	bool audit;         /* weaker as the policy says (`mode`), and in nothing else */
};

/*
 * The verdicts on each process layer of @service (on exec: what was read, and what was recorded),
 * whose main process is
 * @process and whose init is @init (host pids).  Needs root.  @verdicts holds
 * LAYER_COUNT; returns how many were filled.
 */
int enforce_verify(const struct plan *plan, const struct plan_service *service, pid_t init,
	pid_t process, struct enforce_verdict *verdicts);

/* What the kernel says of any process of ours (init, gateway, supervisor): facts for `status`. */
struct enforce_facts {
	unsigned uid;                    /* on the host */
	unsigned long long capabilities; /* effective, in its own user namespace */
	bool no_new_privileges;
	unsigned filters;                               /* seccomp filters; 0: none */
	bool landlock;                                  /* it is in a domain */
	bool own_user, own_mount, own_pid, own_network; /* namespaces that are not the host's */
};
int enforce_facts(pid_t process, struct enforce_facts *facts);
