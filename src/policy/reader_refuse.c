/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/reader_refuse.h"

#include <stdbool.h>
#include <string.h>

#include "base/report.h"
#include "base/text.h"
#include "policy/reading.h"

#define STANDARD_TAG "tag:yaml.org,2002:" /* what `!!` stands for */

void policy_refuse_decoration(
	struct policy_reading *reading, const char *anchor, const char *tag, struct where where)
{
	bool standard = tag && text_starts(tag, STANDARD_TAG);

	if (anchor)
		report_hint(reading->report,
			policy_error_at(reading, where, 1,
				"anchor '&%s' is not part of the policy language", anchor),
			"write the value again, or put what is shared into a role");
	if (tag)
		report_hint(reading->report,
			policy_error_at(reading, where, 1,
				"tag '%s%s' is not part of the policy language",
				standard ? "!!" : "", standard ? tag + strlen(STANDARD_TAG) : tag),
			"leave it out: every value is text, and its key says how it is read");
}

void policy_refuse_alias(
	struct policy_reading *reading, const char *name, struct where where, unsigned width)
{
	report_hint(reading->report,
		policy_error_at(reading, where, width,
			"alias '*%s' is not part of the policy language", name),
		"write the value again; a word that begins with a star is quoted: \"*%s\"", name);
}

void policy_refuse_merge(struct policy_reading *reading, struct where where)
{
	report_hint(reading->report,
		policy_error_at(
			reading, where, 2, "merge key '<<' is not part of the policy language"),
		"put what is shared into a role, or use a second file with -f");
}

void policy_refuse_long_key(struct policy_reading *reading, struct where where)
{
	report_hint(reading->report,
		policy_error_at(reading, where, 1, "a key must be a single word"),
		"quote what begins with a bracket: \"[::]:443\", \"${app}/public\"");
}

void policy_refuse_directives(struct policy_reading *reading, struct where where)
{
	report_hint(reading->report,
		policy_error_at(
			reading, where, 1, "YAML directives are not part of the policy language"),
		"leave out the lines that begin with %%");
}

void policy_refuse_document(struct policy_reading *reading, struct where where)
{
	report_hint(reading->report,
		policy_error_at(reading, where, 3, "a second document begins here"),
		"one file is one policy: put the rest into a file of its own and name it with "
		"-f or include");
}
