/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/report.h"
#include "base/scoped.h"
#include "base/terminal.h"
#include "cli/options.h"

struct message {
	enum report_level level;
	const char *where; /* "file:line:column", or the file alone */
	const char *text, *hint;
	const char *other, *other_text;
};

struct answer {
	int code;
	struct message *messages;
	size_t message_count;
};

static const char *const level_names[] = {
	[REPORT_ERROR] = "error",
	[REPORT_WARNING] = "warning",
	[REPORT_NOTE] = "note",
};
static const struct record_field message_fields[] = {
	RECORD_ITEM_ENUM(struct message, level, level_names),
	RECORD_ITEM(struct message, RECORD_TEXT, where),
	RECORD_ITEM(struct message, RECORD_TEXT, text),
	RECORD_ITEM(struct message, RECORD_TEXT, hint),
	RECORD_ITEM(struct message, RECORD_TEXT, other),
	RECORD_ITEM(struct message, RECORD_TEXT, other_text),
};
static const struct record_type message_type = RECORD_TYPE(struct message, message_fields);
static const struct record_field answer_fields[] = {
	RECORD_ITEM(struct answer, RECORD_INT, code),
	RECORD_ITEM_LIST(struct answer, messages, message_count, &message_type),
};
static const struct record_type answer_type = RECORD_TYPE(struct answer, answer_fields);

bool cli_color(FILE *out)
{
	const char *refused = getenv("NO_COLOR");

	return !(refused && *refused) && isatty(fileno(out));
}

int cli_exit_status(const struct fault *why)
{
	return why->kind == FAULT_FAILED ? 4 : (int)why->kind;
}

void cli_say(void *options, const char *service, const char *text)
{
	if (((const struct cli_options *)options)->json)
		return;
	printf("%s%s%s\n", service ? service : "", service ? ": " : "", text);
	fflush(stdout);
}

void cli_json(const struct record_type *type, const void *record)
{
	scoped(memory) char *text = record_write(type, record);

	puts(text);
}

static const char *place(struct where where, struct arena *arena)
{
	if (!where.file || where.line == 0)
		return where.file;
	return arena_printf(arena, "%s:%u:%u", where.file, where.line, where.column);
}

static void report_json(const struct report *report, int status)
{
	scoped(arena) struct arena *arena = arena_new();
	struct answer answer = {.code = status};
	size_t count;
	const struct report_entry *entries = report_entries(report, &count);

	for (size_t i = 0; i < count; i++) {
		struct message *message = arena_append(
			arena, &answer.messages, &answer.message_count, sizeof(*message));

		*message = (struct message){entries[i].level, place(entries[i].where, arena),
			entries[i].text, entries[i].hint, place(entries[i].other, arena),
			entries[i].other_text};
	}
	cli_json(&answer_type, &answer);
}

void cli_write_report(const struct report *report)
{
	scoped(memory) char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return;
	report_write(report, out, cli_color(stderr));
	if (fclose(out) == 0)
		fwrite(text, 1, length, stderr);
}

int cli_report(const struct cli_options *options, const struct report *report, int status)
{
	if (options->json)
		report_json(report, status);
	else
		cli_write_report(report);
	return status;
}

int cli_fail(const struct cli_options *options, const struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct report *report = report_new(arena);

	report_fault(report, why);
	return cli_report(options, report, cli_exit_status(why));
}

int cli_report_fault(
	const struct cli_options *options, struct report *report, const struct fault *why)
{
	report_clear(report);
	report_fault(report, why);
	return cli_report(options, report, cli_exit_status(why));
}

int cli_wrong(const struct cli_options *options, const char *format, ...)
{
	struct fault why = {.kind = FAULT_USAGE};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why.text, sizeof(why.text), format, arguments);
	va_end(arguments);
	return cli_fail(options, &why);
}

void cli_put(FILE *out, const char *text)
{
	terminal_put(out, text, strlen(text));
}
