/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/kinds.h"
#include "enforce/peers.h"
#include "enforce/ports.h"
#include "enforce/program.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

/* The same instructions, loaded once more, have the same tag. */
static bool holds(const struct enforce_verify_context *context, int group, int hook)
{
	scoped(fd) int program =
		enforce_port_program(context->plan, context->service, hook, context->arena, NULL);

	return program >= 0 && enforce_program_attached(group, program, hook);
}

static bool holds_kinds(const struct enforce_verify_context *context, int group)
{
	for (size_t i = 0; i < ENFORCE_KINDS; i++) {
		if (!enforce_kind_held(context->service, i))
			continue;
		scoped(fd) int program =
			enforce_kind_program(context->service, i, context->arena, NULL);

		if (program < 0 || !enforce_program_attached(group, program, enforce_kinds[i].hook))
			return false;
	}
	return true;
}

static bool holds_peers(const struct enforce_verify_context *context, int group)
{
	for (size_t i = 0; i < ENFORCE_PEER_HOOKS; i++) {
		const int hook = enforce_peer_hooks[i];

		if (!enforce_peers_held(context->service, hook))
			continue;
		scoped(fd) int program = enforce_peer_program(
			context->plan, context->service, hook, context->arena, NULL);
		if (program < 0 || !enforce_program_attached(group, program, hook))
			return false;
	}
	return true;
}

void enforce_verify_ports(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	const char *folder = "", *root = enforce_cgroup_root();
	size_t ports = 0;

	if (!service->ports_held) {
		enforce_verify_say(verdict, ENFORCE_ABSENT, service->where,
			"this kernel runs no program when a port is bound");
		return;
	}
	if (!enforce_verify_cgroup(context, &folder)) {
		enforce_verify_say(
			verdict, ENFORCE_WEAKER, service->where, "it has left its cgroup");
		return;
	}
	const char *path = arena_printf(context->arena, "%s%s", root ? root : "", folder);
	scoped(fd) int group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < service->listen_count; i++)
		ports += service->listens[i].transport != PLAN_UNIX;
	if (group < 0 || !holds(context, group, enforce_port_hooks[0]) ||
		!holds(context, group, enforce_port_hooks[1]))
		enforce_verify_say(verdict, ENFORCE_WEAKER, service->where,
			"its cgroup does not run the planned program when a port is bound");
	else if (!holds_kinds(context, group))
		enforce_verify_say(verdict, ENFORCE_WEAKER, service->where,
			"its cgroup does not run the planned programs for sockets and devices");
	else if (!holds_peers(context, group))
		enforce_verify_say(verdict, ENFORCE_WEAKER, service->where,
			"its cgroup does not run the planned programs for peers");
	else
		enforce_verify_say(verdict, ENFORCE_ENFORCED, service->where,
			"its cgroup lets it bind %zu port%s, by IPv4 and IPv6, and no other kind "
			"of "
			"socket or device",
			ports, ports == 1 ? "" : "s");
}
