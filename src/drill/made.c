/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/made.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/text.h"
#include "catalog/call.h"
#include "catalog/capability.h"
#include "drill/made_part.h"
#include "drill/privilege.h"
#include "drill/probe.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

enum { CAPABILITIES = 64 };

void drill_maker_add(struct drill_maker *maker, const char *name, const char *sentence,
	const struct drill_recipe *made)
{
	struct drill_recipe *kept = arena_alloc(maker->arena, sizeof(*kept));
	struct drill_attempt *row =
		arena_append(maker->arena, &maker->rows, &maker->count, sizeof(*row));

	*kept = *made;
	*row = *drill_attempt(made->base, NULL);
	row->name = name;
	row->sentence = sentence;
	row->made = kept;
}

static bool holds(const struct plan_service *service, unsigned capability)
{
	for (size_t i = 0; i < service->capability_count; i++)
		if (service->capabilities[i].number == capability)
			return true;
	return false;
}

/* "net_raw" of "CAP_NET_RAW". */
static const char *short_name(struct arena *arena, const char *name)
{
	char *text = arena_text(arena, name + 4);

	for (char *letter = text; *letter; letter++)
		if (*letter >= 'A' && *letter <= 'Z')
			*letter = (char)(*letter - 'A' + 'a');
	return text;
}

void drill_make_capabilities(struct drill_maker *maker)
{
	struct arena *arena = maker->arena;

	for (unsigned number = 0; number < CAPABILITIES; number++) {
		const struct catalog_capability *capability = catalog_capability(number);
		const struct drill_recipe made = {.category = "capabilities",
			.base = "undeclared-capability",
			.first = "/tmp",
			.control = maker->world->scratch,
			.second = arena_printf(arena, "%u", number)};

		if (capability && drill_privilege(number) && !holds(maker->service, number))
			drill_maker_add(maker,
				arena_printf(arena, "capability:%s",
					short_name(arena, capability->name)),
				arena_printf(
					arena, "%s (%s)", capability->sentence, capability->name),
				&made);
	}
}

/* Does the plan let it make the call of @probe? */
static bool granted(const struct plan_service *service, const struct drill_probe *probe)
{
	return plan_expect(service, NULL, EPERM, catalog_audit_arch(catalog_native_arch()),
		       (uint32_t)probe->number, probe->arguments) == SECCOMP_RET_ALLOW;
}

/* Of each group the first call that is not granted: a role may have named some of its calls. */
void drill_make_groups(struct drill_maker *maker)
{
	const char *last = NULL;

	for (size_t i = 0; i < drill_probe_count; i++) {
		const struct drill_probe *probe = &drill_probes[i];
		const struct catalog_group *group = catalog_group(probe->group);
		const struct drill_recipe made = {.category = "undeclared calls",
			.base = "undeclared-call",
			.first = arena_printf(maker->arena, "%zu", i)};

		if (!group || text_equal(last, probe->group) || granted(maker->service, probe))
			continue;
		last = probe->group;
		drill_maker_add(maker, arena_printf(maker->arena, "group:%s", probe->group),
			group->sentence, &made);
	}
}

const struct drill_attempt *drill_make(const struct drill_world *world,
	const struct plan_service *service, struct arena *arena, size_t *count)
{
	struct drill_maker maker = {.world = world, .service = service, .arena = arena};

	drill_make_paths(&maker);
	drill_make_programs(&maker);
	drill_make_peers(&maker);
	drill_make_around(&maker);
	drill_make_capabilities(&maker);
	drill_make_groups(&maker);
	*count = maker.count;
	return maker.rows;
}

void drill_made_arguments(const struct drill_recipe *made, struct drill_arguments *arguments)
{
	const char *control = made->control ? made->control : made->first;

	snprintf(arguments->first, sizeof(arguments->first), "%s", made->first);
	snprintf(arguments->second, sizeof(arguments->second), "%s",
		made->second ? made->second : "");
	snprintf(arguments->control, sizeof(arguments->control), "%s", control);
	arguments->setting = made->setting;
	arguments->where = made->where;
}

const char *drill_payload_name(const struct drill_attempt *attempt)
{
	return attempt->made ? attempt->made->base : attempt->name;
}
