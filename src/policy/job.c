/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

static void set_job(
	struct policy_draft *draft, enum policy_job_kind kind, uint64_t seconds, struct where where)
{
	draft->service.life.job = (struct policy_job){kind, seconds, where};
}

static void read_every(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_number seconds;

	if (policy_duration(reading, node, "30s, 5m, 1h or 7d", &seconds))
		set_job(draft, POLICY_JOB_EVERY, seconds.value, node->where);
}

/* "03:15" */
static void read_at(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	const char *text = policy_scalar(reading, node);

	if (!text)
		return;
	bool good = strlen(text) == 5 && text[2] == ':' && strspn(text, "0123456789") == 2 &&
		    strspn(text + 3, "0123456789") == 2;
	int hours = good ? (text[0] - '0') * 10 + text[1] - '0' : 24;
	int minutes = good ? (text[3] - '0') * 10 + text[4] - '0' : 60;

	if (hours < 24 && minutes < 60)
		set_job(draft, POLICY_JOB_AT, (uint64_t)(hours * 60 + minutes) * 60, node->where);
	else
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a time of day", text),
			"write \"03:15\"");
}

static void refuse_repeats(struct policy_reading *reading, const struct policy_texts *names)
{
	for (size_t i = 1; i < names->count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(names->items[i].text, names->items[j].text) == 0) {
				report_other(policy_error_at(reading, names->items[i].where, 1,
						     "service '%s' is given twice",
						     names->items[i].text),
					names->items[j].where, "first given here");
				break;
			}
}

static void read_before(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_draft *draft = into;

	policy_read_texts(reading, node, &draft->before);
	if (node->kind == POLICY_LIST && !node->first)
		policy_show_form(reading, policy_error(reading, node, "'before' names no service"));
	refuse_repeats(reading, &draft->before);
	set_job(draft, POLICY_JOB_BEFORE, 0,
		draft->before.count ? draft->before.items[0].where : node->where);
}

static const struct policy_field fields[] = {
	{"every", KEY_JOB_PART, read_every},
	{"at", KEY_JOB_PART, read_at},
	{"before", KEY_JOB_PART, read_before},
};

void policy_read_job(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	if (POLICY_FIELDS(reading, node, "'job'", fields, draft))
		policy_is_single(reading, node);
}
