/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/status_own.h"

#include "base/arena.h"
#include "catalog/capability.h"
#include "stack/state.h"

static const char *names_of(uint64_t capabilities, struct arena *arena)
{
	const char *text = NULL;

	for (uint32_t number = 0; number < 64; number++) {
		const struct catalog_capability *known = NULL;

		if (!(capabilities >> number & 1))
			continue;
		known = catalog_capability(number);
		const char *name = known ? known->name : arena_printf(arena, "%u", number);
		text = text ? arena_printf(arena, "%s, %s", text, name) : name;
	}
	return text ? arena_printf(arena, "capability %s", text) : "no capabilities";
}

static unsigned spaces_of(const struct enforce_facts *facts)
{
	return (facts->own_user ? STATUS_USER : 0) | (facts->own_mount ? STATUS_MOUNT : 0) |
	       (facts->own_pid ? STATUS_PID : 0) | (facts->own_network ? STATUS_NETWORK : 0);
}

/* Of Landlock the kernel shows nothing: see enforce_facts(). */
static const char *spaces_word(const struct enforce_facts *facts)
{
	if (!facts->own_mount || !facts->own_pid)
		return "";
	return facts->own_network ? "own namespaces, " : "own namespaces but for the network, ";
}

/* Of Landlock the kernel shows nothing: see enforce_facts(). */
static const char *describe(
	const struct stack_member *member, const struct enforce_facts *facts, struct arena *arena)
{
	return arena_printf(arena, "pid %d, uid %u, %s, %s, %u filter%s, %s%s", member->pid,
		facts->uid, names_of(facts->capabilities, arena),
		facts->no_new_privileges ? "no_new_privs" : "may gain privileges", facts->filters,
		facts->filters == 1 ? "" : "s", spaces_word(facts),
		facts->landlock ? "Landlock recorded" : "no Landlock");
}

void stack_status_add_own(struct stack_status_look *look, const char *subject,
	const struct stack_member *member, const struct stack_status_own *wanted)
{
	struct enforce_facts facts = {0};
	struct stack_status_row row = {.subject = subject, .layer = "process"};

	if (!stack_member_alive(member)) {
		row.state = ENFORCE_ABSENT;
		row.text = wanted->without
				   ? arena_printf(look->arena, "not running: %s", wanted->without)
				   : "not running";
	} else if (enforce_facts(member->pid, &facts) < 0) {
		row.state = ENFORCE_UNKNOWN;
		row.text = "cannot be read";
	} else {
		bool good = facts.uid == wanted->uid && facts.no_new_privileges &&
			    facts.filters > 0 &&
			    (facts.capabilities & ~wanted->capabilities) == 0 &&
			    (wanted->spaces & ~spaces_of(&facts)) == 0;

		row.state = good ? ENFORCE_ENFORCED : ENFORCE_WEAKER;
		row.text = describe(member, &facts, look->arena);
	}
	stack_status_add(look, &row);
}

void stack_status_add_launcher(struct stack_status_look *look)
{
	const struct stack_member *member = &look->state->launcher;
	struct enforce_facts facts = {0};
	struct stack_status_row row = {.subject = "launcher", .layer = "process"};

	if (!stack_member_alive(member)) {
		row.state = ENFORCE_ABSENT;
		row.text = "not running: nothing is started";
	} else if (enforce_facts(member->pid, &facts) < 0) {
		row.state = ENFORCE_UNKNOWN;
		row.text = "cannot be read";
	} else {
		row.state = ENFORCE_ENFORCED;
		row.text = arena_printf(look->arena,
			"pid %d, uid %u, every right: it starts and signals what the supervisor "
			"asks for by number, and reads nothing else",
			member->pid, facts.uid);
	}
	stack_status_add(look, &row);
}
