/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/status.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/cgroup.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/state.h"
#include "stack/status_network.h"
#include "stack/status_own.h"

const char *const stack_status_words[] = {
	[ENFORCE_ENFORCED] = "enforced",
	[ENFORCE_RECORDED] = "recorded",
	[ENFORCE_WEAKER] = "weaker",
	[ENFORCE_ABSENT] = "absent",
	[ENFORCE_UNKNOWN] = "unknown",
};

static const struct record_field row_fields[] = {
	RECORD_ITEM(struct stack_status_row, RECORD_TEXT, subject),
	RECORD_ITEM(struct stack_status_row, RECORD_TEXT, layer),
	RECORD_ITEM_ENUM(struct stack_status_row, state, stack_status_words),
	RECORD_ITEM(struct stack_status_row, RECORD_BOOL, expected),
	RECORD_ITEM(struct stack_status_row, RECORD_TEXT, text),
	RECORD_ITEM(struct stack_status_row, RECORD_WHERE, where),
	RECORD_ITEM(struct stack_status_row, RECORD_BOOL, audit),
};
static const struct record_type row_type = RECORD_TYPE(struct stack_status_row, row_fields);
static const struct record_field status_fields[] = {
	RECORD_ITEM(struct stack_status, RECORD_TEXT, stack),
	RECORD_ITEM(struct stack_status, RECORD_BOOL, drift),
	RECORD_ITEM_LIST(struct stack_status, rows, row_count, &row_type),
};
const struct record_type stack_status_record = RECORD_TYPE(struct stack_status, status_fields);

/* Does the plan know that this machine cannot give the layer, and go on without? */
static bool planned_gap(const struct plan *plan, const char *service, enum layer layer)
{
	for (size_t i = 0; i < plan->gap_count; i++)
		if (plan->gaps[i].layer == layer && !plan->gaps[i].required &&
			(!plan->gaps[i].service || text_equal(plan->gaps[i].service, service)))
			return true;
	return false;
}

/* A launch of a test build may have left it out: what cannot be read back must not claim it. */
static void leave_out(const struct stack_member *member, struct enforce_verdict *verdict)
{
	if (!(member->without >> verdict->layer & 1) || verdict->state > ENFORCE_RECORDED)
		return;
	verdict->state = ENFORCE_ABSENT;
	snprintf(verdict->text, sizeof(verdict->text), "left out at its launch");
}

static void add_process_layers(struct stack_status_look *look, const struct plan *plan,
	const struct plan_service *service, const struct stack_member *member)
{
	struct enforce_verdict verdicts[LAYER_COUNT];
	int count = enforce_verify(plan, service, member->pid, member->process, verdicts);

	for (int i = 0; i < count; i++) {
		struct enforce_verdict *verdict = &verdicts[i];
		bool planned = planned_gap(plan, service->name, verdict->layer);

		leave_out(member, verdict);
		stack_status_add(look, &(struct stack_status_row){service->name,
					       catalog_layer_names[verdict->layer], verdict->state,
					       verdict->state == ENFORCE_ABSENT && planned &&
						       !(member->without >> verdict->layer & 1),
					       arena_text(look->arena, verdict->text),
					       verdict->where, verdict->audit});
	}
}

/* What the plan knows that this machine cannot give, and does without. */
static void add_gaps(struct stack_status_look *look, const struct plan *plan, const char *service)
{
	for (size_t i = 0; i < plan->gap_count; i++) {
		const struct plan_gap *gap = &plan->gaps[i];

		if (!text_equal(gap->service, service))
			continue;
		stack_status_add(look,
			&(struct stack_status_row){service ? service : "stack",
				catalog_layer_names[gap->layer], ENFORCE_ABSENT, true,
				arena_printf(look->arena, "%s'%s': %s",
					gap->accepted ? "accepted: " : "", gap->feature, gap->text),
				gap->where});
	}
}

/* A job between two runs, or a service that may end, and has ended well: nothing is amiss. */
static bool may_rest(const struct plan_service *service, const char *how)
{
	return service->life.job.kind != PLAN_JOB_NONE ||
	       (service->life.restart != PLAN_RESTART_ALWAYS && text_equal(how, "exit 0"));
}

static void add_ended(struct stack_status_look *look, const struct plan_service *service)
{
	const char *how = stack_exit_read(look->state->folder, service->name, look->arena);
	bool rests = may_rest(service, how);
	const char *word = rests ? "at rest" : "not running";

	stack_status_add(look, &(struct stack_status_row){service->name, "process",
				       rests ? ENFORCE_ENFORCED : ENFORCE_ABSENT, false,
				       how ? arena_printf(look->arena, "%s: %s", word, how) : word,
				       service->where});
}

/* It is as that plan says, but no more what the policy says. */
static void add_stale(struct stack_status_look *look, const struct plan_service *service,
	const struct stack_member *member)
{
	stack_status_add(look,
		&(struct stack_status_row){service->name, "process", ENFORCE_ENFORCED, false,
			arena_printf(look->arena,
				"launched by plan %u of %u: `bulkhead restart %s` takes the newest",
				member->generation, look->state->generation, service->name),
			service->where});
}

static void add_running(struct stack_status_look *look, const struct plan_service *newest,
	const struct stack_member *member)
{
	struct fault why = {0};
	const struct plan *launched =
		stack_state_plan(look->state, member->generation, look->arena, &why);
	const struct plan_service *as = launched ? plan_service(launched, newest->name) : NULL;
	if (!as) {
		stack_status_add(look,
			&(struct stack_status_row){newest->name, "process", ENFORCE_UNKNOWN, false,
				"the plan that it was launched by cannot be read", newest->where});
		return;
	}
	const struct plan_service *service = plan_service_running(as, newest, look->arena);
	add_process_layers(look, look->state->plan, service, member);
	stack_status_add_network(look, look->state->plan, service, member);
	add_gaps(look, launched, service->name);
	if (!plan_same_confinement(as, newest))
		add_stale(look, newest, member);
	stack_status_add_own(look, arena_printf(look->arena, "init of %s", service->name), member,
		&(struct stack_status_own){service->identity.init_id, UINT64_C(1) << CAP_KILL,
			.spaces = STATUS_ALL_SPACES});
}

static void add_service(struct stack_status_look *look, const struct plan_service *newest)
{
	const struct stack_member *member = stack_state_service(look->state, newest->name);
	const size_t rows = look->status->row_count;
	const bool drift = look->status->drift;

	if (!member)
		return;
	if (stack_member_alive(member))
		add_running(look, newest, member);
	if (stack_member_alive(member))
		return;
	/* What was seen of one that ended meanwhile says nothing: a job may end at any time. */
	look->status->row_count = rows;
	look->status->drift = drift;
	add_ended(look, newest);
}

static void add_stack(struct stack_status_look *look)
{
	const struct plan *plan = look->state->plan;

	if (look->state->changing)
		stack_status_add(
			look, &(struct stack_status_row){"stack",
				      catalog_layer_names[LAYER_NETWORK], ENFORCE_WEAKER, false,
				      "a reload was cut off: `bulkhead reload` or `up` ends it",
				      plan->where});
	if (look->state->router)
		stack_status_add_router(look);
	if (look->state->gateway.pid)
		stack_status_add_own(look, "gateway", &look->state->gateway,
			&(struct stack_status_own){plan->network.gateway_id,
				UINT64_C(1) << CAP_NET_RAW, .spaces = STATUS_ALL_SPACES});
	if (look->state->gateway.pid && plan->network.host_link)
		stack_status_add_door(look);
	if (look->state->gateway.pid)
		stack_status_add_answers(look);
	if (look->state->outlet.pid)
		stack_status_add_outlet(look);
	if (look->state->resolver.pid)
		stack_status_add_resolver(look);
	stack_status_add_launcher(look);
	stack_status_add_own(look, "supervisor", &look->state->supervisor,
		&(struct stack_status_own){plan->network.supervisor_id, 0,
			.spaces = STATUS_MOUNT | STATUS_PID | STATUS_NETWORK,
			.without = "restarts, jobs and probes of health pause; `bulkhead up` "
				   "adopts"});
	add_gaps(look, plan, NULL);
}

struct stack_status *stack_status(const struct stack_state *state, struct arena *arena)
{
	struct stack_status_look look = {.state = state,
		.arena = arena,
		.status = arena_alloc(arena, sizeof(struct stack_status))};

	look.status->stack = state->stack;
	for (size_t i = 0; i < state->plan->service_count; i++)
		add_service(&look, &state->plan->services[i]);
	add_stack(&look);
	return look.status;
}
