/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

bool policy_bool(struct policy_reading *reading, const struct policy_node *node, bool *value)
{
	const char *text = policy_scalar(reading, node);

	if (!text)
		return false;
	*value = strcmp(text, "true") == 0;
	if (*value || strcmp(text, "false") == 0)
		return true;
	report_hint(reading->report, policy_error(reading, node, "'%s' is not true or false", text),
		"write true or false");
	return false;
}

bool policy_mode(struct policy_reading *reading, const struct policy_node *node, uint32_t *mode)
{
	const char *text = policy_scalar(reading, node);

	if (!text)
		return false;
	if (policy_value_mode(text, mode))
		return true;
	report_hint(reading->report, policy_error(reading, node, "'%s' is not a mode", text),
		"write three octal digits, such as 0750; set-id and sticky bits are not allowed");
	return false;
}

bool policy_size(
	struct policy_reading *reading, const struct policy_node *node, struct policy_number *size)
{
	const char *text = policy_scalar(reading, node);
	uint64_t bytes;

	if (!text)
		return false;
	if (policy_value_size(text, &bytes) && bytes > 0) {
		*size = (struct policy_number){bytes, node->where};
		return true;
	}
	report_hint(reading->report, policy_error(reading, node, "'%s' is not a size", text),
		"write a whole number and a unit: 512KB, 64MB, 2GB");
	return false;
}

bool policy_count(struct policy_reading *reading, const struct policy_node *node, uint64_t least,
	uint64_t most, struct policy_number *number)
{
	const char *text = policy_scalar(reading, node);
	uint64_t value;

	if (!text)
		return false;
	if (policy_value_number(text, most, &value) && value >= least) {
		*number = (struct policy_number){value, node->where};
		return true;
	}
	report_hint(reading->report,
		policy_error(reading, node, "'%s' is not a number for %s", text,
			policy_label(reading, node)),
		"write a whole number from %llu to %llu", (unsigned long long)least,
		(unsigned long long)most);
	return false;
}

bool policy_duration(struct policy_reading *reading, const struct policy_node *node,
	const char *example, struct policy_number *seconds)
{
	const char *text = policy_scalar(reading, node);
	uint64_t value;

	if (!text)
		return false;
	if (policy_value_duration(text, &value)) {
		*seconds = (struct policy_number){value, node->where};
		return true;
	}
	report_hint(reading->report,
		policy_error(reading, node, "'%s' is not a length of time", text), "write %s",
		example);
	return false;
}

int policy_choice(struct policy_reading *reading, const struct policy_node *node,
	const char *const *names, size_t count)
{
	const char *text = policy_scalar(reading, node);
	const char *all = "";

	if (!text)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, names[i]) == 0)
			return (int)i;
	for (size_t i = 0; i < count; i++)
		all = arena_printf(reading->nodes, "%s%s%s", all, i ? ", " : "", names[i]);
	struct report_entry *entry = policy_error(
		reading, node, "'%s' is nothing that %s can be", text, policy_label(reading, node));
	report_hint(reading->report, entry, "one of: %s", all);
	policy_did_you_mean(reading, entry, text, names, count);
	return -1;
}

/* Without repeated and trailing slashes and without "." parts, in place. */
static void shorten(char *path)
{
	char *out = path;

	for (const char *at = path; *at;) {
		size_t length = strcspn(at + 1, "/");
		if (length > 0 && !(length == 1 && at[1] == '.')) {
			memmove(out, at, length + 1);
			out += length + 1;
		}
		at += length + 1;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

static bool goes_up(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/..")); at += 3)
		if (at[3] == '/' || at[3] == '\0')
			return true;
	return false;
}

const char *policy_path(struct policy_reading *reading, const struct policy_node *node)
{
	const char *text = policy_scalar(reading, node);
	const char *odd;

	if (!text)
		return NULL;
	if (text[0] != '/') {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not an absolute path", text),
			text[0] == '~' ? "a service has no home: write the whole path"
				       : "begin it with /");
		return NULL;
	}
	if (goes_up(text)) {
		policy_error(reading, node, "'%s' must not go up by '..'", text);
		return NULL;
	}
	if ((odd = strpbrk(text, "*?[")) != NULL) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' must not hold '%c'", text, *odd),
			"there are no patterns: name the folder, what is in it comes along");
		return NULL;
	}
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f) {
			policy_error(reading, node, "a path must not hold control characters");
			return NULL;
		}
	if (strlen(text) > 4000) {
		policy_error(reading, node, "the path is too long");
		return NULL;
	}
	if (!strstr(text, "//") && !strstr(text, "/.") && text[strlen(text) - 1] != '/')
		return text;
	char *path = arena_text(reading->arena, text);
	shorten(path);
	return path;
}

const char *policy_account(
	struct policy_reading *reading, const struct policy_node *node, const char *text)
{
	size_t length = strlen(text);
	bool good = length > 0 && length <= 32 && text[0] != '-';
	bool digits = true;

	for (const char *at = text; *at; at++) {
		good = good && ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
				       (*at >= '0' && *at <= '9') || strchr("_-.$", *at));
		digits = digits && *at >= '0' && *at <= '9';
	}
	if (good && !digits)
		return text;
	struct report_entry *entry = policy_error(reading, node, "'%s' is not a name", text);
	if (digits && length)
		report_hint(
			reading->report, entry, "write the name of the account, not its number");
	return NULL;
}
