/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/reload.h"

#include <errno.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/cgroup.h"
#include "plan/plan.h"
#include "stack/reload_part.h"
#include "stack/state.h"

static const struct where nowhere;

void reload_say(const struct stack_reload *reload, const char *service, const char *text)
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
		reload_say(reload, after->name, "its limits are set");
	return error;
}

/* Those that run by what the policy does not say any more. */
static int find_stale(
	struct stack_reload *reload, const struct stack_state *state, struct fault *why)
{
	for (size_t i = 0; i < state->service_count; i++) {
		const struct stack_member *member = &state->services[i];
		const struct plan_service *after = plan_service(reload->plan, member->name);
		const struct plan *launched;

		if (!after || !stack_member_alive(member))
			continue;
		launched = stack_state_plan(state, member->generation, reload->arena, why);
		if (!launched)
			return -EIO;
		const struct plan_service *as = plan_service(launched, after->name);
		if (as && plan_same_confinement(as, after))
			continue;
		*(const char **)arena_append(reload->arena, &reload->stale, &reload->stale_count,
			sizeof(char *)) = after->name;
		reload_say(reload, after->name, "needs a restart");
	}
	return 0;
}

static int change_limits(
	struct stack_reload *reload, const struct stack_state *state, struct fault *why)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < state->service_count; i++) {
		const char *name = state->services[i].name;
		const struct plan_service *before = plan_service(state->plan, name);
		const struct plan_service *after = plan_service(reload->plan, name);

		if (before && after && stack_member_alive(&state->services[i]))
			error = set_limits(reload, before, after, why);
	}
	return error;
}

static void say_difference(
	const struct stack_reload *reload, const struct plan_difference *difference)
{
	static const char *const when[PLAN_DIFFERENCE_WHENS] = {[PLAN_AT_ONCE] = "",
		[PLAN_RESTART] = ", after a restart",
		[PLAN_ANEW] = ", after down and up"};
	const struct where *where = &difference->where;

	reload_say(reload, difference->service,
		arena_printf(reload->arena, "%s%s (%s:%u)", difference->text,
			when[difference->when], where->file ? where->file : "?", where->line));
}

static int refuse(const struct stack_reload *reload, const struct plan_difference *difference,
	struct fault *why)
{
	const char *stack = reload->plan->stack;

	fault(why, 0, difference->where, "this cannot change while stack '%s' runs: %s%s%s", stack,
		difference->service ? difference->service : "", difference->service ? " " : "",
		difference->text);
	fault_hint(why, "bulkhead down %s, then bulkhead up", stack);
	return -EBUSY;
}

/* What was told already is told anew: that all is as before. */
static void go_back(const struct reload_change *change)
{
	struct reload_change back = *change;
	struct stack_state *now;

	if (stack_state_read(change->state->stack, change->reload->arena, &now, NULL) < 0)
		return;
	change->reload->kill_after = change->reload->fail_after = 0;
	back.state = now;
	back.before = change->after;
	back.after = change->before;
	back.former = now->generation;
	back.unsure = true;
	if (reload_change(&back, NULL) == 0)
		reload_say(change->reload, NULL, "goes on by the policy before");
}

/* The supervisor is held to the ports of the plan that it began with. */
static void compare_probes(struct stack_reload *reload, const struct stack_state *state)
{
	const struct plan *held =
		stack_state_plan(state, state->supervisor.generation, reload->arena, NULL);
	const struct plan_service *beyond = held && stack_member_alive(&state->supervisor)
						    ? plan_asks_beyond(reload->plan, held)
						    : NULL;

	if (beyond)
		*(struct plan_difference *)arena_append(reload->arena, &reload->differences.list,
			&reload->differences.count, sizeof(struct plan_difference)) =
			(struct plan_difference){PLAN_ANEW, beyond->name,
				"is asked at a port that the supervisor may not reach", NULL,
				beyond->where};
}

static int apply(struct stack_reload *reload, const struct stack_state *state, struct fault *why)
{
	struct reload_change change = {.reload = reload,
		.state = state,
		.before = state->plan,
		.after = reload->plan,
		.former = state->generation};
	const struct plan_difference *anew;
	int error = 0;

	reload->differences = plan_compare(state->plan, reload->plan, reload->arena);
	compare_probes(reload, state);
	for (size_t i = 0; i < reload->differences.count; i++)
		say_difference(reload, &reload->differences.list[i]);
	anew = plan_difference_of(&reload->differences, PLAN_ANEW);
	if (anew && !reload->dry)
		return refuse(reload, anew, why);
	if (!reload->dry && !plan_same(reload->plan, state->plan)) {
		error = reload_change(&change, why);
		if (error < 0 && change.counted)
			go_back(&change);
		if (error == 0)
			error = change_limits(reload, state, why);
	}
	return error ? error : find_stale(reload, state, why);
}

int stack_reload_mend(
	struct stack_reload *reload, const struct stack_state *state, struct fault *why)
{
	const bool back = state->generation == state->former;
	const struct plan *other =
		stack_state_plan(state, back ? state->changing : state->former, reload->arena, why);
	struct reload_change change = {.reload = reload,
		.state = state,
		.before = other,
		.after = state->plan,
		.former = state->former,
		.unsure = true};

	if (!other)
		return -EIO;
	reload_say(reload, NULL,
		back ? "a reload was cut off: the network is as before"
		     : "a reload was cut off: it is done to its end");
	return back ? reload_take_back(&change, why) : reload_change(&change, why);
}

/* What was cut off comes first: the network is then as a plan says that is known. */
static int read_state(struct stack_reload *reload, const char *stack, struct stack_state **state,
	struct fault *why)
{
	struct stack_reload mending = {
		.arena = reload->arena, .say = reload->say, .context = reload->context};
	int error = stack_state_read(stack, reload->arena, state, why);

	if (error == -ENOENT && why)
		why->kind = FAULT_NO;
	if (error < 0 || !(*state)->changing || reload->dry)
		return error;
	error = stack_reload_mend(&mending, *state, why);
	return error < 0 ? error : stack_state_read(stack, reload->arena, state, why);
}

int stack_reload(struct stack_reload *reload, struct fault *why)
{
	scoped(fd) int lock = stack_lock(reload->plan->stack, reload->say, reload->context, why);
	struct stack_state *state;
	int error;

	if (lock < 0)
		return lock;
	error = read_state(reload, reload->plan->stack, &state, why);
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
