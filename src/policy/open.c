/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/open.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/trusted.h"
#include "policy/node.h"
#include "policy/reader.h"
#include "policy/reading.h"

static int find_input(
	struct policy_reading *reading, const char *path, const char **text, size_t *length)
{
	for (size_t i = 0; i < reading->input_count; i++)
		if (strcmp(reading->inputs[i].name, path) == 0) {
			*text = reading->inputs[i].text;
			*length = reading->inputs[i].length;
			return 0;
		}
	return -ENOENT;
}

void policy_refuse_file(struct policy_reading *reading, const char *path,
	const struct policy_node *from, struct fault *why)
{
	if (++reading->errors > POLICY_ERRORS)
		return;
	if (!why->where.file && !from)
		why->where = (struct where){policy_copy(reading, path), 0, 0};
	else if (from)
		why->where = from->where;
	report_fault(reading->report, why);
}

int policy_open_text(struct policy_reading *reading, const char *path,
	const struct policy_node *from, const char **text, size_t *length)
{
	struct fault why = {0};
	struct where where = from ? from->where : (struct where){0};
	int error = reading->inputs ? find_input(reading, path, text, length)
				    : trusted_read(path, POLICY_FILE_BYTES, reading->arena, text,
					      length, where, &why);

	if (error == -ENOENT)
		return error;
	if (error < 0) {
		policy_refuse_file(reading, path, from, &why);
		return error;
	}
	struct policy_texts *files = &reading->policy->files;
	struct policy_text *file =
		arena_append(reading->arena, &files->items, &files->count, sizeof(*file));
	*file = (struct policy_text){path, where};
	return 0;
}

static bool version_one(struct policy_reading *reading, const struct policy_node *top)
{
	const struct policy_node *version = policy_child(top, "bulkhead");

	if (!version) {
		report_hint(reading->report,
			policy_error_at(reading, top->where, 1,
				"the file does not say which version of the language it is in"),
			"begin it with bulkhead: 1");
		return false;
	}
	if (version->kind == POLICY_WORD && strcmp(version->text, "1") == 0)
		return true;
	report_hint(reading->report,
		policy_error(reading, version, "this program knows version 1 of the language"),
		"write bulkhead: 1");
	return false;
}

int policy_open(struct policy_reading *reading, const char *path, const struct policy_node *from,
	struct policy_node **top)
{
	const char *text;
	size_t length;
	int error = policy_open_text(reading, path, from, &text, &length);

	if (error < 0)
		return error;
	*top = policy_read(reading, path, text, length);
	if (*top && (*top)->kind != POLICY_MAP) {
		if ((*top)->kind != POLICY_BROKEN)
			policy_error(reading, *top, "a policy is a map of keys and values");
		*top = NULL;
	}
	/* A file that is meant for something else entirely: say this one thing. */
	if (*top && !version_one(reading, *top))
		*top = NULL;
	return 0;
}
