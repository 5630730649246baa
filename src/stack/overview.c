/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/overview.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/bound.h"
#include "stack/log.h"
#include "stack/state.h"

enum { HOUR = 3600, MINUTE = 60 };

static const struct record_field usage_fields[] = {
	RECORD_ITEM(struct stack_usage, RECORD_U32, processes),
	RECORD_ITEM(struct stack_usage, RECORD_U64, cpu_milliseconds),
	RECORD_ITEM_ENUM(struct stack_usage, cpu_from, stack_usage_words),
	RECORD_ITEM(struct stack_usage, RECORD_U64, memory_bytes),
	RECORD_ITEM_ENUM(struct stack_usage, memory_from, stack_usage_words),
};
static const struct record_type usage_type = RECORD_TYPE(struct stack_usage, usage_fields);
static const struct record_field row_fields[] = {
	RECORD_ITEM(struct stack_overview_row, RECORD_TEXT, service),
	RECORD_ITEM(struct stack_overview_row, RECORD_TEXT, state),
	RECORD_ITEM(struct stack_overview_row, RECORD_TEXT, why),
	RECORD_ITEM(struct stack_overview_row, RECORD_INT, starts_in),
	RECORD_ITEM(struct stack_overview_row, RECORD_INT, pid),
	RECORD_ITEM(struct stack_overview_row, RECORD_U64, uptime),
	RECORD_ITEM(struct stack_overview_row, RECORD_U32, restarts),
	RECORD_ITEM_STRUCT(struct stack_overview_row, usage, &usage_type),
	RECORD_ITEM_ARRAY(struct stack_overview_row, RECORD_TEXTS, listens, listen_count),
	RECORD_ITEM_ARRAY(struct stack_overview_row, RECORD_TEXTS, publishes, publish_count),
	RECORD_ITEM(struct stack_overview_row, RECORD_TEXT, job),
	RECORD_ITEM(struct stack_overview_row, RECORD_TEXT, last),
};
static const struct record_type row_type = RECORD_TYPE(struct stack_overview_row, row_fields);
static const struct record_field overview_fields[] = {
	RECORD_ITEM(struct stack_overview, RECORD_TEXT, stack),
	RECORD_ITEM(struct stack_overview, RECORD_BOOL, supervised),
	RECORD_ITEM_LIST(struct stack_overview, rows, row_count, &row_type),
};
const struct record_type stack_overview_record =
	RECORD_TYPE(struct stack_overview, overview_fields);

static void add_text(struct arena *arena, const char ***texts, size_t *count, const char *text)
{
	for (size_t i = 0; i < *count; i++)
		if (text_equal((*texts)[i], text))
			return;
	const char **one = arena_append(arena, texts, count, sizeof(*one));
	*one = text;
}

static bool is_declared(const struct plan_service *service, const struct stack_bound *bound)
{
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport == (bound->udp ? PLAN_UDP : PLAN_TCP) &&
			bound->port >= listen->first && bound->port <= listen->last)
			return true;
	}
	return false;
}

/* At all addresses: the port alone. */
static const char *place_of(const struct stack_bound *bound, bool both, struct arena *arena)
{
	char text[STACK_BOUND_TEXT];
	static const uint8_t any[sizeof(bound->address)];

	if ((both || !bound->alone) && memcmp(bound->address, any, sizeof(any)) == 0)
		return arena_printf(arena, "%u%s", bound->port, bound->udp ? "/udp" : "");
	return arena_text(arena, stack_bound_text(bound, text));
}

/* A UDP socket that is not declared is a client's, and soon gone. */
static void add_listens(struct stack_overview_row *row, const struct plan_service *service,
	pid_t init, struct arena *arena)
{
	size_t count;
	const struct stack_bound *bound = stack_bound_ports(init, arena, &count);

	for (size_t i = 0; i < count; i++) {
		/* Sorted: the socket of IPv4 comes first, where there is one. */
		bool both = i > 0 && bound[i - 1].port == bound[i].port &&
			    bound[i - 1].udp == bound[i].udp;

		if (!bound[i].udp || is_declared(service, &bound[i]))
			add_text(arena, &row->listens, &row->listen_count,
				place_of(&bound[i], both, arena));
	}
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == PLAN_UNIX &&
			stack_bound_path(init, service->listens[i].path))
			add_text(arena, &row->listens, &row->listen_count,
				arena_printf(arena, "unix:%s", service->listens[i].path));
}

static void add_publishes(
	struct stack_overview_row *row, const struct plan *plan, struct arena *arena)
{
	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		bool wide = strchr(publish->address, ':');

		if (text_equal(publish->service, row->service))
			add_text(arena, &row->publishes, &row->publish_count,
				arena_printf(arena, "%s%s%s:%u->%u%s", wide ? "[" : "",
					publish->address, wide ? "]" : "", publish->host_port,
					publish->port,
					publish->transport == PLAN_UDP ? "/udp" : ""));
	}
}

static const char *every(uint64_t seconds, struct arena *arena)
{
	if (seconds % HOUR == 0)
		return arena_printf(arena, "every %" PRIu64 "h", seconds / HOUR);
	if (seconds % MINUTE == 0)
		return arena_printf(arena, "every %" PRIu64 "m", seconds / MINUTE);
	return arena_printf(arena, "every %" PRIu64 "s", seconds);
}

/* "every 1h", "at 03:15". */
static const char *job_of(const struct plan_job *job, struct arena *arena)
{
	switch (job->kind) {
	case PLAN_JOB_NONE:
		return NULL;
	case PLAN_JOB_ONCE:
		return "once";
	case PLAN_JOB_EVERY:
		return every(job->seconds, arena);
	case PLAN_JOB_AT:
		return arena_printf(arena, "at %02" PRIu64 ":%02" PRIu64, job->seconds / HOUR,
			job->seconds % HOUR / MINUTE);
	}
	return NULL;
}

static void fill_running(struct stack_overview_row *row, const struct stack_state *state,
	const struct plan_service *service, const struct stack_member *member, struct arena *arena)
{
	row->state = "running";
	row->pid = member->process;
	row->uptime = stack_member_uptime(member);
	stack_usage_of(state->stack, service->name, member->pid, &row->usage);
	add_listens(row, service, member->pid, arena);
}

static void fill(struct stack_overview_row *row, const struct stack_state *state,
	const struct plan_service *service, struct arena *arena)
{
	const struct stack_member *member = stack_state_service(state, service->name);
	const char *how = stack_exit_read(state->folder, service->name, arena);

	row->service = service->name;
	row->starts_in = -1;
	row->job = job_of(&service->life.job, arena);
	row->last = how;
	add_publishes(row, state->plan, arena);
	if (!member)
		row->state = "not started";
	else if (stack_member_alive(member))
		fill_running(row, state, service, member, arena);
	else
		row->state = "ended";
}

const struct stack_overview *stack_overview(const struct stack_state *state, struct arena *arena)
{
	struct stack_overview *overview = arena_alloc(arena, sizeof(*overview));

	overview->stack = state->stack;
	for (size_t i = 0; i < state->plan->service_count; i++) {
		struct stack_overview_row *row =
			arena_append(arena, &overview->rows, &overview->row_count, sizeof(*row));

		fill(row, state, &state->plan->services[i], arena);
	}
	stack_overview_ask(overview, arena);
	return overview;
}
