/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/reload_network.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/labels.h"
#include "enforce/network.h"
#include "enforce/network_change.h"
#include "enforce/network_shortcut.h"
#include "enforce/network_space.h"
#include "plan/plan.h"
#include "stack/member.h"
#include "stack/reload.h"
#include "stack/reload_step.h"
#include "stack/state.h"

enum kind { LAY, TABLE, LABELS, SHORTCUT, HOSTS, TRIM };

struct reload_step {
	enum kind kind;
	struct enforce_network_change change;
	const struct reload_network *network;
};

static int change_labels(const struct reload_step *step, struct fault *why)
{
	const struct enforce_network_change *change = &step->change;
	const struct stack_member *member =
		stack_state_service(step->network->state, change->is->name);

	/* Of a launch of a test build that left them out. */
	if (member && member->without >> LAYER_LABELS & 1)
		return 0;
	scoped(fd) int group = enforce_cgroup_open(change->after->stack, change->is->name, why);
	return group < 0 ? group : enforce_change_labels(change->after, change->is, group, why);
}

static int change_shortcut(const struct enforce_network_change *change, struct fault *why)
{
	if (!change->is->linked || change->router < 0)
		return 0;
	scoped(visit) int home = enforce_network_visit(change->router, change->is->where, why);
	return home < 0 ? home : enforce_shortcut_change(change->after, change->is, why);
}

static int change_hosts(const struct reload_step *step, struct fault *why)
{
	const struct enforce_network_change *change = &step->change;
	scoped(fd) int file = enforce_write_hosts(change->after, change->is,
		step->network->state->folder, change->is->where, step->network->arena, why);

	return file < 0 ? file : 0;
}

static int take(const struct reload_step *step, struct fault *why)
{
	switch (step->kind) {
	case LAY:
		return enforce_network_change_lay(&step->change, why);
	case TABLE:
		return enforce_network_change_table(&step->change, why);
	case LABELS:
		return change_labels(step, why);
	case SHORTCUT:
		return change_shortcut(&step->change, why);
	case HOSTS:
		return change_hosts(step, why);
	case TRIM:
		return enforce_network_change_trim(&step->change, why);
	}
	return -EINVAL;
}

/* The same from after to before.  What was laid down is taken away, and the other way round: both
 * ways both are asked, which do nothing where nothing is to do. */
static void take_back(const struct reload_step *step)
{
	const struct enforce_network_change *change = &step->change;
	struct reload_step back = *step;

	back.change.before = change->after;
	back.change.after = change->before;
	back.change.was = change->is;
	back.change.is = change->was;
	if (step->kind != LAY && step->kind != TRIM) {
		take(&back, NULL);
		return;
	}
	back.kind = LAY;
	take(&back, NULL);
	back.kind = TRIM;
	take(&back, NULL);
}

void reload_network_undo(struct reload_network *network)
{
	while (network->done_count > 0)
		take_back(&network->done[--network->done_count]);
}

static int fail_here(const struct reload_step *step, struct fault *why)
{
	return fault(why, -ECANCELED, step->change.after->where, "told to fail here");
}

/* A step that failed may have done a part of its work, but for a table, which changes whole. */
static int do_step(struct reload_network *network, enum kind kind,
	const struct enforce_network_change *change, struct fault *why)
{
	const struct reload_step step = {kind, *change, network};
	const int number = STACK_RELOAD_NETWORK + (int)network->done_count;

	if (stack_reload_step(network->reload, number))
		return fail_here(&step, why);
	int error = take(&step, why);
	if (error == 0 || kind != TABLE)
		*(struct reload_step *)arena_append(
			network->arena, &network->done, &network->done_count, sizeof(step)) = step;
	return error;
}

/* What there is to change of @member's network, with its namespace open; false: nothing, or it has
 * ended. */
static bool open_change(struct reload_network *network, const struct stack_member *member,
	struct enforce_network_change *change)
{
	const struct plan_service *was = plan_service(network->before, member->name);
	const struct plan_service *is = plan_service(network->after, member->name);
	const struct plan *launched =
		stack_state_plan(network->state, member->generation, network->arena, NULL);
	const struct plan_service *as = launched ? plan_service(launched, member->name) : NULL;

	if (!was || !is || !as || !stack_member_alive(member))
		return false;
	*change = (struct enforce_network_change){.before = network->before,
		.after = network->after,
		.was = plan_service_running(as, was, network->arena),
		.is = plan_service_running(as, is, network->arena),
		.router = network->router,
		.unsure = network->unsure};
	if (!enforce_network_changes(change))
		return false;
	change->network = stack_member_network(member);
	if (change->network < 0)
		return false;
	*(int *)arena_append(network->arena, &network->opened, &network->opened_count,
		sizeof(change->network)) = change->network;
	return true;
}

struct changes {
	struct enforce_network_change *list;
	size_t count;
};

static struct changes open_changes(
	struct reload_network *network, const struct stack_member *members, size_t count)
{
	struct changes changes = {0};
	struct enforce_network_change change;

	for (size_t i = 0; i < count; i++)
		if (open_change(network, &members[i], &change))
			*(struct enforce_network_change *)arena_append(network->arena,
				&changes.list, &changes.count, sizeof(change)) = change;
	return changes;
}

static int for_each(struct reload_network *network, const struct changes *changes, enum kind kind,
	struct fault *why)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < changes->count; i++)
		error = do_step(network, kind, &changes->list[i], why);
	return error;
}

static int change_router(struct reload_network *network, struct fault *why)
{
	const struct enforce_network_change change = {.before = network->before,
		.after = network->after,
		.network = -1,
		.router = network->router,
		.unsure = network->unsure};

	return network->router < 0 ? 0 : do_step(network, TABLE, &change, why);
}

static int change_all(struct reload_network *network, const struct changes *changes, bool router,
	struct fault *why)
{
	int error = for_each(network, changes, LAY, why);

	if (error == 0)
		error = for_each(network, changes, TABLE, why);
	if (error == 0)
		error = for_each(network, changes, LABELS, why);
	if (error == 0 && router)
		error = change_router(network, why);
	if (error == 0)
		error = for_each(network, changes, SHORTCUT, why);
	if (error == 0)
		error = for_each(network, changes, HOSTS, why);
	return error ? error : for_each(network, changes, TRIM, why);
}

int reload_network_change(struct reload_network *network, struct fault *why)
{
	network->router = stack_state_router(network->state);
	const struct changes changes =
		open_changes(network, network->state->services, network->state->service_count);
	int error = change_all(network, &changes, true, why);

	if (error < 0)
		reload_network_undo(network);
	return error;
}

static bool was_seen(const struct reload_network *network, const struct stack_member *member)
{
	const struct stack_member *before = stack_state_service(network->state, member->name);

	return before && before->pid == member->pid && before->start == member->start;
}

int reload_network_late(
	struct reload_network *network, const struct stack_state *now, struct fault *why)
{
	struct stack_member *late = NULL;
	size_t count = 0;

	for (size_t i = 0; i < now->service_count; i++)
		if (!was_seen(network, &now->services[i]) &&
			now->services[i].generation != now->generation)
			*(struct stack_member *)arena_append(
				network->arena, &late, &count, sizeof(*late)) = now->services[i];
	const struct changes changes = open_changes(network, late, count);
	return change_all(network, &changes, false, why);
}

void reload_network_close(struct reload_network *network)
{
	descriptor_close_all(network->opened, network->opened_count);
	if (network->router >= 0)
		close(network->router);
}
