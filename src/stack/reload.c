/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/reload.h"

#include <errno.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/cgroup.h"
#include "plan/plan.h"
#include "stack/follow.h"
#include "stack/state.h"

static const struct where nowhere;

static void say(const struct stack_reload *reload, const char *service, const char *text)
{
	if (reload->say)
		reload->say(reload->context, service, text);
}

static const struct plan_cgroup_limit *find_limit(
	const struct plan_service *service, const char *file)
{
	for (size_t i = 0; i < service->cgroup_limit_count; i++)
		if (text_equal(service->cgroup_limits[i].file, file))
			return &service->cgroup_limits[i];
	return NULL;
}

static int set_limit(
	int group, const char *file, const char *value, struct where where, struct fault *why)
{
	int error = enforce_cgroup_limit(group, file, value);

	return error < 0 ? fault(why, error, where, "cannot set %s", file) : 0;
}

/* Those that are new or other, then those that are gone. */
static int set_limits(struct stack_reload *reload, const struct plan_service *before,
	const struct plan_service *after, struct fault *why)
{
	scoped(fd) int group = -1;
	bool any = false;
	int error = 0;

	for (size_t i = 0; i < after->cgroup_limit_count; i++) {
		const struct plan_cgroup_limit *limit = &after->cgroup_limits[i];
		const struct plan_cgroup_limit *old = find_limit(before, limit->file);

		any = any || !old || !text_equal(old->value, limit->value);
	}
	for (size_t i = 0; i < before->cgroup_limit_count; i++)
		any = any || !find_limit(after, before->cgroup_limits[i].file);
	if (!any)
		return 0;
	group = enforce_cgroup_open(reload->plan->stack, after->name, why);
	if (group < 0)
		return group;
	for (size_t i = 0; error == 0 && i < after->cgroup_limit_count; i++)
		if (!enforce_limits_disks(&after->cgroup_limits[i]))
			error = set_limit(group, after->cgroup_limits[i].file,
				after->cgroup_limits[i].value, after->cgroup_limits[i].where, why);
	for (size_t i = 0; error == 0 && i < before->cgroup_limit_count; i++)
		if (!enforce_limits_disks(&before->cgroup_limits[i]) &&
			!find_limit(after, before->cgroup_limits[i].file))
			error = set_limit(
				group, before->cgroup_limits[i].file, "max", after->where, why);
	if (error == 0)
		say(reload, after->name, "its limits are set");
	return error;
}

static int change_service(struct stack_reload *reload, const struct stack_state *state,
	const struct plan_service *before, const struct plan_service *after, struct fault *why)
{
	const struct stack_member *member = stack_state_service(state, after->name);
	const struct plan *launched;
	int error;

	if (!plan_same_life(before, after))
		say(reload, after->name, "what is done with it has changed");
	if (!member || !stack_member_alive(member))
		return 0;
	error = set_limits(reload, before, after, why);
	launched =
		error < 0 ? NULL : stack_state_plan(state, member->generation, reload->arena, why);
	if (error < 0 || !launched)
		return error < 0 ? error : -EIO;
	const struct plan_service *as = plan_service(launched, after->name);
	if (as && plan_same_confinement(as, after))
		return 0;
	*(const char **)arena_append(
		reload->arena, &reload->stale, &reload->stale_count, sizeof(char *)) = after->name;
	say(reload, after->name, "needs a restart");
	return 0;
}

/* The supervisor goes on by it; without one the next does. */
static int tell(struct stack_reload *reload, const struct stack_state *state, uint32_t generation,
	struct fault *why)
{
	struct stack_follow follow = {.stack = state->stack,
		.plan = reload->plan,
		.verb = STACK_CONTROL_PLAN,
		.number = generation,
		.arena = reload->arena};

	if (!stack_member_alive(&state->supervisor)) {
		say(reload, NULL, "no supervisor answers: the next goes on by it (bulkhead up)");
		return 0;
	}
	return stack_follow(&follow, why);
}

static int refuse(
	const struct stack_reload *reload, const struct stack_state *state, struct fault *why)
{
	fault(why, 0, reload->plan->where,
		"what the services of stack '%s' share is another: addresses, edges, doors or "
		"services themselves",
		state->stack);
	fault_hint(why, "bulkhead down %s, then bulkhead up", state->stack);
	return -EBUSY;
}

static int apply(struct stack_reload *reload, const struct stack_state *state, struct fault *why)
{
	const struct plan *plan = reload->plan;
	int error = 0;

	if (!plan_same_network(plan, state->plan))
		return refuse(reload, state, why);
	scoped(fd) int folder = stack_state_make(plan->stack, why);
	if (folder < 0)
		return folder;
	if (!plan_same(plan, state->plan)) {
		uint32_t generation = stack_state_next(folder, state->generation);

		error = stack_state_write_plan(folder, plan, generation, why);
		if (error == 0)
			error = stack_state_write_fixed(folder, state->router, generation, why);
		if (error == 0)
			error = tell(reload, state, generation, why);
		/* Nobody goes on by it: it does not count. */
		if (error < 0)
			stack_state_write_fixed(folder, state->router, state->generation, NULL);
	}
	for (size_t i = 0; error == 0 && i < plan->service_count; i++)
		error = change_service(
			reload, state, &state->plan->services[i], &plan->services[i], why);
	return error;
}

int stack_reload(struct stack_reload *reload, struct fault *why)
{
	scoped(fd) int lock = stack_lock(reload->plan->stack, reload->say, reload->context, why);
	struct stack_state *state;
	int error;

	if (lock < 0)
		return lock;
	error = stack_state_read(reload->plan->stack, reload->arena, &state, why);
	if (error == -ENOENT && why)
		why->kind = FAULT_NO;
	if (error == 0 && state->version < STACK_STATE_VERSION) {
		fault(why, 0, nowhere, "stack '%s' was started by an older bulkhead", state->stack);
		fault_hint(why, "bulkhead up adopts its services");
		error = -EPROTO;
	}
	if (error == 0)
		error = apply(reload, state, why);
	stack_unlock_unused(reload->plan->stack);
	return error;
}
