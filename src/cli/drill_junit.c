/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_junit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "base/xml.h"
#include "cli/drill_report.h"

static const struct cli_drill_shallow *shallow_of(
	const struct cli_drill_report *report, const char *service, const char *attempt)
{
	for (size_t i = 0; i < report->cell_count; i++)
		for (size_t j = 0; j < report->cells[i].shallow_count; j++) {
			const struct cli_drill_shallow *shallow = &report->cells[i].shallow[j];

			if (text_equal(report->cells[i].service, service) &&
				text_equal(shallow->attempt, attempt) && !shallow->reason)
				return shallow;
		}
	return NULL;
}

static void write_outcome(FILE *out, const struct cli_drill_report *report,
	const struct cli_drill_place *place, const struct cli_drill_row *row)
{
	const struct cli_drill_shallow *shallow = shallow_of(report, place->name, row->attempt);

	if (row->verdict == DRILL_THROUGH) {
		fputs("      <failure type=\"got through\"", out);
		xml_attribute(out, "message", row->sentence);
		fputs("/>\n", out);
	} else if (shallow) {
		fputs("      <failure type=\"one layer alone\"", out);
		xml_attribute(out, "message", shallow->only ? shallow->only : "none shown");
		fputs("/>\n", out);
	} else if (row->verdict != DRILL_STOPPED) {
		fputs("      <skipped", out);
		xml_attribute(out, "message", row->text ? row->text : "");
		fputs("/>\n", out);
	}
}

static void write_case(FILE *out, const struct cli_drill_report *report,
	const struct cli_drill_place *place, const struct cli_drill_row *row)
{
	fputs("    <testcase", out);
	xml_attribute(out, "classname", row->category);
	xml_attribute(out, "name", row->attempt);
	fputs(">\n", out);
	write_outcome(out, report, place, row);
	fputs("      <system-out>", out);
	xml_text(out, row->sentence);
	if (row->layer) {
		xml_text(out, row->measured ? ": stopped by " : ": stopped, expected by ");
		xml_text(out, row->layer);
	}
	for (size_t i = 1; i < row->hold_count; i++) {
		xml_text(out, ", then ");
		xml_text(out, row->holds[i]);
	}
	if (row->verdict == DRILL_STOPPED && row->text && *row->text) {
		xml_text(out, ": ");
		xml_text(out, row->text);
	}
	fputs("</system-out>\n    </testcase>\n", out);
}

static void write_place(
	FILE *out, const struct cli_drill_report *report, const struct cli_drill_place *place)
{
	size_t failed = 0, skipped = 0;

	for (size_t i = 0; i < place->row_count; i++) {
		const struct cli_drill_row *row = &place->rows[i];
		bool failure = row->verdict == DRILL_THROUGH ||
			       shallow_of(report, place->name, row->attempt);

		failed += failure;
		skipped += !failure && row->verdict != DRILL_STOPPED;
	}
	fputs("  <testsuite", out);
	xml_attribute(out, "name", place->name);
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n", place->row_count, failed,
		skipped);
	for (size_t i = 0; i < place->row_count; i++)
		write_case(out, report, place, &place->rows[i]);
	fputs("  </testsuite>\n", out);
}

int cli_drill_write_junit(
	const struct cli_drill_report *report, const char *path, struct fault *why)
{
	struct where nowhere = {0};
	scoped(file) FILE *out = fopen(path, "we");

	if (!out)
		return fault(why, -errno, nowhere, "cannot write %s", path);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	xml_attribute(out, "name", report->stack);
	fputs(">\n", out);
	for (size_t i = 0; i < report->place_count; i++)
		write_place(out, report, &report->places[i]);
	fputs("</testsuites>\n", out);
	if (fflush(out) != 0 || ferror(out))
		return fault(why, errno ? -errno : -EIO, nowhere, "cannot write %s", path);
	return 0;
}
