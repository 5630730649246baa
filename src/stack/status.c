/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/status.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/state.h"

const char *const stack_status_words[] = {
	[ENFORCE_ENFORCED] = "enforced",
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
};
static const struct record_type row_type = RECORD_TYPE(struct stack_status_row, row_fields);
static const struct record_field status_fields[] = {
	RECORD_ITEM(struct stack_status, RECORD_TEXT, stack),
	RECORD_ITEM(struct stack_status, RECORD_BOOL, drift),
	RECORD_ITEM_LIST(struct stack_status, rows, row_count, &row_type),
};
const struct record_type stack_status_record = RECORD_TYPE(struct stack_status, status_fields);

/* A status in the making. */
struct look {
	const struct stack_state *state;
	struct arena *arena;
	struct stack_status *status;
};

static void add(struct look *look, const struct stack_status_row *row)
{
	struct stack_status *status = look->status;
	struct stack_status_row *kept =
		arena_append(look->arena, &status->rows, &status->row_count, sizeof(*kept));

	*kept = *row;
	status->drift = status->drift || (row->state != ENFORCE_ENFORCED && !row->expected);
}

/* Does the plan know that this machine cannot give the layer, and go on without? */
static bool planned_gap(const struct plan *plan, const char *service, enum layer layer)
{
	for (size_t i = 0; i < plan->gap_count; i++)
		if (plan->gaps[i].layer == layer && !plan->gaps[i].required &&
			(!plan->gaps[i].service || text_equal(plan->gaps[i].service, service)))
			return true;
	return false;
}

static void add_process_layers(
	struct look *look, const struct plan_service *service, const struct stack_member *member)
{
	struct enforce_verdict verdicts[LAYER_COUNT];
	const struct plan *plan = look->state->plan;
	int count = enforce_verify(plan, service, member->pid, member->process, verdicts);

	for (int i = 0; i < count; i++)
		add(look, &(struct stack_status_row){service->name,
				  catalog_layer_names[verdicts[i].layer], verdicts[i].state,
				  verdicts[i].state == ENFORCE_ABSENT &&
					  planned_gap(plan, service->name, verdicts[i].layer),
				  arena_text(look->arena, verdicts[i].text), verdicts[i].where});
}

static void add_network(struct look *look, const char *subject, int answer, const struct fault *why,
	const char *good, struct where where)
{
	const struct stack_status_row row = {subject, catalog_layer_names[LAYER_NETWORK],
		answer == 0  ? ENFORCE_ENFORCED
		: answer > 0 ? ENFORCE_WEAKER
			     : ENFORCE_UNKNOWN,
		false, answer == 0 ? good : arena_text(look->arena, why->text),
		answer && why->where.file ? why->where : where};

	add(look, &row);
}

static void verify_network(
	struct look *look, const struct plan_service *service, const struct stack_member *member)
{
	const char *path = arena_printf(look->arena, "/proc/%d/ns/net", member->pid);
	scoped(fd) int network = open(path, O_RDONLY | O_CLOEXEC);
	struct fault why = {.text = "its network namespace cannot be opened"};
	int answer = network < 0
			     ? -1
			     : network_verify_service(look->state->plan, service, network, &why);

	add_network(look, service->name, answer, &why,
		service->linked ? "its table, link and routes are as planned" : "loopback alone",
		service->where);
}

/* What the kernel says of a process of ours, against what it must have kept. */
static void add_own(struct look *look, const char *subject, const struct stack_member *member,
	uint32_t uid, unsigned long long capabilities)
{
	struct enforce_facts facts = {0};
	struct stack_status_row row = {.subject = subject, .layer = "process"};

	if (!stack_member_alive(member)) {
		row.state = ENFORCE_ABSENT;
		row.text = "not running";
	} else if (enforce_facts(member->pid, &facts) < 0) {
		row.state = ENFORCE_UNKNOWN;
		row.text = "cannot be read";
	} else {
		bool good = facts.uid == uid && facts.no_new_privileges && facts.filters > 0 &&
			    (facts.capabilities & ~capabilities) == 0;

		row.state = good ? ENFORCE_ENFORCED : ENFORCE_WEAKER;
		row.text = arena_printf(look->arena,
			"pid %d, uid %u, capabilities %#llx, %s, %u filter%s, %s", member->pid,
			facts.uid, facts.capabilities,
			facts.no_new_privileges ? "no new privileges" : "may gain privileges",
			facts.filters, facts.filters == 1 ? "" : "s",
			facts.landlock ? "Landlock" : "no Landlock");
	}
	add(look, &row);
}

static void add_service(struct look *look, const struct plan_service *service)
{
	const struct stack_member *member = stack_state_service(look->state, service->name);
	const char *how;

	if (!member)
		return;
	if (!stack_member_alive(member)) {
		how = stack_exit_read(look->state->folder, service->name, look->arena);
		add(look,
			&(struct stack_status_row){service->name, "process", ENFORCE_ABSENT, false,
				how ? arena_printf(look->arena, "not running: %s", how)
				    : "not running",
				service->where});
		return;
	}
	add_process_layers(look, service, member);
	verify_network(look, service, member);
	add_own(look, arena_printf(look->arena, "init of %s", service->name), member,
		service->identity.init_id, 1ULL << CAP_KILL);
}

static void add_stack(struct look *look)
{
	const struct plan *plan = look->state->plan;
	struct fault why = {.text = "nobody holds the router's namespace"};

	if (look->state->router) {
		scoped(fd) int router = stack_state_router(look->state);
		int answer = router < 0 ? -1 : network_verify_router(plan, router, &why);

		add_network(look, "router", answer, &why, "its table is as planned", plan->where);
	}
	if (look->state->gateway.pid)
		add_own(look, "gateway", &look->state->gateway, plan->network.gateway_id,
			1ULL << CAP_NET_RAW);
	add_own(look, "supervisor", &look->state->supervisor, 0, 1ULL << CAP_KILL);
	for (size_t i = 0; i < plan->gap_count; i++) {
		const struct plan_gap *gap = &plan->gaps[i];

		add(look, &(struct stack_status_row){gap->service ? gap->service : "stack",
				  catalog_layer_names[gap->layer], ENFORCE_ABSENT, true,
				  arena_printf(look->arena, "'%s': %s", gap->feature, gap->text),
				  gap->where});
	}
}

struct stack_status *stack_status(const struct stack_state *state, struct arena *arena)
{
	struct look look = {.state = state,
		.arena = arena,
		.status = arena_alloc(arena, sizeof(struct stack_status))};

	look.status->stack = state->stack;
	for (size_t i = 0; i < state->plan->service_count; i++)
		add_service(&look, &state->plan->services[i]);
	add_stack(&look);
	return look.status;
}
