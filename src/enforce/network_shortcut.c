/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_shortcut.h"

#include <linux/bpf.h>
#include <net/if.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_link.h"
#include "enforce/network_routes.h"
#include "enforce/network_shortcut_part.h"
#include "enforce/program.h"
#include "plan/plan.h"

int enforce_shortcut_load(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const struct enforce_program program = enforce_shortcut_compile(plan, service, arena);

	return enforce_program_load(&program, BPF_PROG_TYPE_SCHED_CLS, 0, "bulkhead_short");
}

/* Is every link that there is known by its number?  Those that an older bulkhead made are not. */
static bool all_in_place(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const bool *peers = enforce_network_all_peers(plan, service, arena);

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *peer = &plan->services[i];
		char name[NETWORK_LINK_NAME];

		if (!peer->linked || (peer != service && !peers[i]))
			continue;
		enforce_network_link_name(peer->link, name);
		unsigned index = if_nametoindex(name);
		if (index && index != (unsigned)enforce_network_link_index(peer->link))
			return false;
	}
	return true;
}

void enforce_shortcut_attach(const struct plan *plan, const struct plan_service *service)
{
	scoped(arena) struct arena *arena = arena_new();

	if (!all_in_place(plan, service, arena))
		return;
	scoped(fd) int program = enforce_shortcut_load(plan, service, arena);
	if (program >= 0)
		enforce_program_attach(
			enforce_network_link_index(service->link), program, TCX_INGRESS);
}

void enforce_shortcut_attach_door(const struct plan *plan)
{
	const struct plan_service door = enforce_shortcut_door(plan);

	if (!enforce_program_any(enforce_network_link_index(NETWORK_DOOR), TCX_INGRESS))
		enforce_shortcut_attach(plan, &door);
}

int enforce_shortcut_verify_door(const struct plan *plan, struct fault *why)
{
	const struct plan_service door = enforce_shortcut_door(plan);

	return enforce_shortcut_verify(plan, &door, why);
}
