/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/budget.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/map.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/* Of connections that are followed a service has no more anyway (enforce/network_rules.h). */
enum { MOST_COUNT = 10000000, MOST_CONNECTIONS = 8192, DAY = 86400 };

/* The kernel's token bucket holds 32 bits of them, and must hold a whole packet; it fills by whole
 * bytes a second. */
#define MOST_BYTES (UINT64_C(4095) * 1024 * 1024)
#define LEAST_BYTES UINT64_C(65536)

/* 2200-01-01: nanoseconds since 1970, with a sign, end in 2262. */
#define LATEST_DAY INT64_C(7258118400)

/* A packet inside a stack may have 64 KiB, and must get through within a minute. */
#define LEAST_BITS UINT64_C(64000)
#define MOST_BITS UINT64_C(32000000000)

struct unit {
	const char *name;
	uint64_t factor;
};

static struct policy_budget *budget_of(struct policy_reading *reading, struct policy_edge *edge)
{
	if (!edge->budget)
		edge->budget = arena_alloc(reading->arena, sizeof(*edge->budget));
	return edge->budget;
}

/* "2026-12-31": a day that there is. */
static bool parse_day(const char *text, int64_t *end)
{
	static const char shape[] = "dddd-dd-dd";
	uint64_t year, month, day;

	for (size_t i = 0; i < sizeof(shape); i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	year = strtoul(text, NULL, 10);
	month = strtoul(text + 5, NULL, 10);
	day = strtoul(text + 8, NULL, 10);
	struct tm given = {
		.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day};
	*end = timegm(&given) + DAY;
	return given.tm_mon == (int)month - 1 && given.tm_mday == (int)day && *end > 0;
}

void policy_read_until(struct policy_reading *reading, const struct policy_node *node, void *edge)
{
	const char *text = policy_scalar(reading, node);
	struct policy_budget *budget = budget_of(reading, edge);

	if (!text)
		return;
	if (!parse_day(text, &budget->end)) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a date", text),
			"write 2026-12-31");
		return;
	}
	if (budget->end > LATEST_DAY)
		report_hint(reading->report,
			policy_error(
				reading, node, "'%s' is later than a kernel's clock goes", text),
			"leave it out");
	budget->until = (struct policy_text){text, node->where};
}

/* A number or size, then one of @units, such as "/s": "20/s", "50MB/h". */
static bool read_rate(struct policy_reading *reading, const struct policy_node *node,
	const struct unit *units, bool size, const char *form, struct policy_number *rate,
	uint64_t *factor)
{
	const char *text = policy_scalar(reading, node);

	if (!text)
		return false;
	for (; units->name; units++) {
		size_t length = strlen(text), unit = strlen(units->name);

		if (length <= unit || strcmp(text + length - unit, units->name) != 0)
			continue;
		const char *figure = arena_text_length(reading->arena, text, length - unit);
		if (!(size ? policy_value_size(figure, &rate->value)
			   : policy_value_number(figure, MOST_COUNT, &rate->value)) ||
			rate->value == 0)
			break;
		rate->where = node->where;
		*factor = units->factor;
		return true;
	}
	*rate = (struct policy_number){0};
	report_hint(reading->report,
		policy_error(reading, node, "'%s' is not a value for %s", text,
			policy_label(reading, node)),
		"write %s", form);
	return false;
}

void policy_read_new_connections(
	struct policy_reading *reading, const struct policy_node *node, void *edge)
{
	static const struct unit units[] = {{"/s", 1}, {"/m", 60}, {"/h", 3600}, {NULL, 0}};
	struct policy_budget *budget = budget_of(reading, edge);

	read_rate(reading, node, units, false, "20/s, 100/m or 1000/h", &budget->new_connections,
		&budget->new_seconds);
}

void policy_read_bytes(struct policy_reading *reading, const struct policy_node *node, void *edge)
{
	static const struct unit units[] = {{"/m", 60}, {"/h", 3600}, {"/d", DAY}, {NULL, 0}};
	struct policy_budget *budget = budget_of(reading, edge);

	if (!read_rate(reading, node, units, true, "50MB/h", &budget->bytes, &budget->byte_seconds))
		return;
	if (budget->bytes.value > MOST_BYTES || budget->bytes.value < LEAST_BYTES ||
		budget->bytes.value < budget->byte_seconds)
		report_hint(reading->report,
			policy_error(reading, node, "%s is more or less than can be counted",
				policy_label(reading, node)),
			"from 64KB to 4095MB for a period, and a byte a second; of more, say it of "
			"a "
			"shorter period");
}

void policy_read_bandwidth(
	struct policy_reading *reading, const struct policy_node *node, void *edge)
{
	static const struct unit units[] = {
		{"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}, {NULL, 0}};
	struct policy_number *bandwidth = &budget_of(reading, edge)->bandwidth;
	uint64_t factor;

	if (!read_rate(reading, node, units, false, "512kbit, 2mbit or 1gbit", bandwidth, &factor))
		return;
	bandwidth->value *= factor;
	if (bandwidth->value < LEAST_BITS || bandwidth->value > MOST_BITS)
		report_hint(reading->report,
			policy_error(reading, node, "%s is slower or faster than can be shaped",
				policy_label(reading, node)),
			"from 64kbit to 32gbit");
}

void policy_read_connections(
	struct policy_reading *reading, const struct policy_node *node, void *edge)
{
	policy_count(reading, node, 1, MOST_CONNECTIONS, &budget_of(reading, edge)->connections);
}

void policy_read_over(struct policy_reading *reading, const struct policy_node *node, void *edge)
{
	static const char *const ways[] = {"reset", "drop", "alert"};
	enum { DROP = 1, ALERT };
	int way = policy_choice(reading, node, ways, sizeof(ways) / sizeof(ways[0]));

	if (way == ALERT)
		policy_use(reading, KEY_CONNECTS_OVER_ALERT, node->where, node->width);
	budget_of(reading, edge)->drop = way == DROP;
	budget_of(reading, edge)->alert = way == ALERT;
}

void policy_check_budget(struct policy_reading *reading, const struct policy_node *node,
	const struct policy_edge *edge)
{
	const struct policy_budget *budget = edge->budget;
	const struct policy_node *over = policy_child(node, "over");

	if (!budget)
		return;
	if (edge->to.path)
		report_hint(reading->report,
			policy_error_at(reading, edge->where, edge->width,
				"nothing counts or ends what goes by a socket path"),
			"say how much only where the edge is by port: leave it out here");
	else if (over && !budget->new_connections.where.file && !budget->connections.where.file &&
		 !budget->bytes.where.file)
		report_hint(reading->report,
			policy_key_error(reading, over,
				"'over' says what happens at a limit, and here is none"),
			"give new-connections, connections or bytes, or leave it out");
}

/* What connects of a service meet in; instances of a peer together. */
static const char *meeting(struct policy_reading *reading, const struct policy_connect *connect)
{
	return arena_printf(reading->nodes, "%s %d %d %u", connect->peer, connect->host,
		connect->transport, connect->port);
}

static bool meet(const struct policy_connect *one, const struct policy_connect *other)
{
	return (one->budget || other->budget) && !where_same(one->where, other->where) &&
	       (!one->instance || !other->instance || one->instance == other->instance);
}

static bool has_budget(const struct policy_service *service)
{
	for (size_t i = 0; i < service->connect_count; i++)
		if (service->connects[i].budget)
			return true;
	return false;
}

static void refuse_meeting(struct policy_reading *reading, const struct policy_connect *connect,
	const struct policy_connect *first)
{
	struct report_entry *entry = policy_error_at(reading, connect->where, 1,
		"two lines connect to port %u of '%s', and not both can say how much",
		connect->port, connect->peer);

	report_other(entry, first->where, "the other one");
	report_hint(reading->report, entry,
		"where one has a budget, name each port and each instance of the peer once");
}

void policy_check_budgets(struct policy_reading *reading, const struct policy_draft *draft)
{
	const struct policy_service *service = &draft->service;
	struct where said = {0};

	map_clear(reading->scratch);
	for (size_t i = 0; has_budget(service) && i < service->connect_count; i++) {
		const struct policy_connect *connect = &service->connects[i];
		const char *key = meeting(reading, connect);
		void **slot = map_slot(reading->scratch, key, strlen(key));
		const struct policy_connect *first = *slot;

		/* Ranges meet otherwise (outside.c). */
		if (connect->outside)
			continue;
		/* Whoever comes later is compared with one that has a budget, if there is one. */
		if (!first || !first->budget)
			*slot = (void *)connect;
		/* Once for all ports of a line. */
		if (!first || !meet(first, connect) || where_same(said, connect->where))
			continue;
		said = connect->where;
		refuse_meeting(reading, connect, first);
	}
}
