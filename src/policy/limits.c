/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

enum { MOST_PROCESSES = 4 * 1024 * 1024, MOST_FILES = 1024 * 1024, MOST_CPUS = 4096 };

static void read_memory(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_size(reading, node, &((struct policy_draft *)into)->service.limits.memory);
}

static void read_processes(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_count(reading, node, 1, MOST_PROCESSES,
		&((struct policy_draft *)into)->service.limits.processes);
}

static void read_open_files(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_count(
		reading, node, 8, MOST_FILES, &((struct policy_draft *)into)->service.limits.files);
}

/* "2", "0.5", "1.25": CPUs, kept in thousandths. */
static void read_cpu(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);
	const char *dot = text ? strchr(text, '.') : NULL;
	uint64_t whole, part = 0;

	if (!text)
		return;
	const char *digits =
		dot ? arena_text_length(reading->arena, text, (size_t)(dot - text)) : text;
	size_t places = dot ? strlen(dot + 1) : 0;
	bool good = policy_value_number(digits, MOST_CPUS, &whole);

	if (dot)
		good = good && places > 0 && places <= 3 && text_number(dot + 1, 999, &part);
	for (; good && places < 3; places++)
		part *= 10;
	if (good && whole * 1000 + part > 0) {
		((struct policy_draft *)into)->service.limits.cpu =
			(struct policy_number){whole * 1000 + part, node->where};
		return;
	}
	report_hint(reading->report,
		policy_error(reading, node, "'%s' is not a number of CPUs", text),
		"write 2, or 0.5 for half of one");
}

/* "50MB/s" */
static void read_io(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);
	size_t length = text ? strlen(text) : 0;
	uint64_t bytes;

	if (!text)
		return;
	if (length > 2 && strcmp(text + length - 2, "/s") == 0 &&
		policy_value_size(arena_text_length(reading->arena, text, length - 2), &bytes) &&
		bytes > 0) {
		((struct policy_draft *)into)->service.limits.io =
			(struct policy_number){bytes, node->where};
		return;
	}
	report_hint(reading->report,
		policy_error(reading, node, "'%s' is not a rate of bytes", text),
		"write a size a second: 50MB/s");
}

static const struct policy_field limit_fields[] = {
	{"memory", KEY_LIMITS_MEMORY, read_memory},
	{"processes", KEY_LIMITS_PROCESSES, read_processes},
	{"cpu", KEY_LIMITS_CPU, read_cpu},
	{"files", KEY_LIMITS_FILES, read_open_files},
	{"io", KEY_LIMITS_IO, read_io},
};

void policy_read_limits(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	POLICY_FIELDS(reading, node, "'limits'", limit_fields, into);
}
