/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"

enum { SHOWN = 4 };

struct recorded {
	const struct plan *plan;
	struct arena *arena;
	const char *set; /* without its family */
	const char *text;
	size_t count;
};

/* A service of the stack by its name. */
static const char *name_of(const struct recorded *recorded, const char *address)
{
	for (size_t i = 0; i < recorded->plan->service_count; i++) {
		const struct plan_service *service = &recorded->plan->services[i];

		if (text_equal(service->address4, address) ||
			text_equal(service->address6, address))
			return service->name;
	}
	return strchr(address, ':') ? arena_printf(recorded->arena, "[%s]", address) : address;
}

static void add(void *context, const struct enforce_nft_seen *seen)
{
	struct recorded *recorded = context;

	if (!seen->set || !text_starts(seen->set, recorded->set) || recorded->count++ >= SHOWN)
		return;
	recorded->text = arena_printf(recorded->arena, "%s%s%s:%u%s", recorded->text,
		recorded->count > 1 ? ", " : "", name_of(recorded, seen->address), seen->port,
		text_equal(seen->protocol, "udp") ? "/udp" : "");
}

static const char *sentence(const struct recorded *recorded)
{
	if (recorded->count > SHOWN)
		return arena_printf(recorded->arena, "%s and %zu more", recorded->text,
			recorded->count - SHOWN);
	return recorded->count ? recorded->text : "nobody";
}

const char *enforce_network_recorded(const struct plan *plan, const struct plan_service *service,
	int network, struct arena *arena, struct fault *why)
{
	struct recorded went = {plan, arena, "went", "", 0}, came = {plan, arena, "came", "", 0};
	scoped(visit) int home = enforce_network_visit(network, service->where, why);

	if (home < 0 || enforce_nft_see("list sets", add, &went, service->where, why) < 0 ||
		enforce_nft_see("list sets", add, &came, service->where, why) < 0)
		return NULL;
	return arena_printf(arena, "audit: it called %s; it was called by %s", sentence(&went),
		sentence(&came));
}
