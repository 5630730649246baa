/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/open.h"
#include "policy/reading.h"
#include "policy/value.h"

enum { MOST_LINE = 64 * 1024 };

static void add_line(struct policy_reading *reading, struct policy_draft *lines, const char *file,
	char *line, unsigned number)
{
	struct where where = {file, number, 1};
	char *equals = strchr(line, '=');

	if (!equals) {
		report_hint(reading->report,
			policy_error_at(reading, where, (unsigned)strlen(line),
				"the line is not NAME=value"),
			"begin a comment with #");
		return;
	}
	*equals = '\0';
	const char *value = equals + 1;
	size_t length = strlen(value);
	if (!policy_value_variable_name(line)) {
		policy_error_at(reading, where, (unsigned)strlen(line),
			"'%s' is not a name for a variable of the environment", line);
		return;
	}
	where.column = (unsigned)(value - line) + 1;
	if (length >= 2 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0])
		report_hint(reading->report,
			policy_error_at(reading, where, (unsigned)length,
				"quotes are not taken off the values of this file"),
			"write %s=value without them", line);
	if (strstr(value, "${secret:"))
		report_hint(reading->report,
			policy_error_at(reading, where, (unsigned)length,
				"a secret may stand only in 'environment'"),
			"write %s under environment", line);
	where.column = 1;
	struct policy_variable *variable = arena_append(reading->arena, &lines->service.environment,
		&lines->service.environment_count, sizeof(*variable));
	*variable = (struct policy_variable){line, value, where};
}

void policy_read_environment_lines(struct policy_reading *reading, struct policy_draft *lines)
{
	const struct policy_node *node = lines->environment_file;
	const char *path = policy_path(reading, node), *text;
	size_t length;

	if (!path)
		return;
	int error = policy_open_text(reading, path, node, &text, &length);
	if (error == -ENOENT)
		report_hint(reading->report,
			policy_error(reading, node, "there is no file '%s'", path),
			"it counts as policy: its lines must be known to judge the rest");
	else if (error == 0 && memchr(text, '\0', length))
		policy_error(reading, node, "'%s' holds zero bytes", path);
	if (error < 0 || memchr(text, '\0', length))
		return;
	report_source(reading->report, path, text, length);
	const char *end = text + length;
	unsigned number = 1;
	for (const char *at = text; at < end; number++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((stop ? stop : end) - at);
		const char *next = at + size + 1;

		if (size && at[size - 1] == '\r')
			size--;
		if (size > MOST_LINE)
			policy_error_at(reading, (struct where){path, number, 1}, 1,
				"the line is too long");
		else if (size && at[0] != '#')
			add_line(reading, lines, path, arena_text_length(reading->arena, at, size),
				number);
		at = next;
	}
}
