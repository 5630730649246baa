/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "dependence.h"
#include "plan/plan.h"

enum { MOST_ROUNDS = 64 };

static bool same_subject(const struct rule *left, const struct rule *right)
{
	return text_equal(left->kind, right->kind) && text_equal(left->key, right->key);
}

/* Does every service have it, whatever its policy says? */
static bool is_basic(const struct trial *trial, const struct rule *rule)
{
	for (size_t i = 0; i < trial->basics.count; i++)
		if (same_subject(&trial->basics.items[i], rule))
			return true;
	return false;
}

static bool is_own_line(const struct trial *trial, const struct rule *rule)
{
	for (size_t i = 0; i < trial->names.count; i++) {
		const struct rule *name = &trial->names.items[i];

		if (where_same(name->where, rule->where) &&
			text_equal(name->service, rule->service))
			return true;
	}
	return false;
}

void trial_fail(struct trial *trial, const struct removal *removal, const char *what,
	const struct rule *rule)
{
	trial->failed++;
	print_error("without %s:%u:%u: %s: %s %s %s (%s:%u:%u)\n", removal->places[0].file,
		removal->places[0].line, removal->places[0].column, what, rule->service, rule->kind,
		rule->text, rule->where.file, rule->where.line, rule->where.column);
}

static void fail_refusal(struct trial *trial, const struct removal *removal, const char *text)
{
	trial->failed++;
	print_error("without %s:%u:%u: no rule that needs it is named: %s\n",
		removal->places[0].file, removal->places[0].line, removal->places[0].column, text);
}

/* Did a rule about the same go with its line?  Then @gained is what another line says of it. */
static bool stands_in(const struct removal *removal, const struct rule *gained)
{
	for (size_t i = 0; i < removal->lost.count; i++) {
		const struct rule *lost = &removal->lost.items[i];

		if (text_equal(lost->service, gained->service) && same_subject(lost, gained) &&
			removal_has(removal, lost->where))
			return true;
	}
	return false;
}

static void judge_lost(struct trial *trial, const struct removal *removal)
{
	for (size_t i = 0; i < removal->lost.count; i++) {
		const struct rule *lost = &removal->lost.items[i];

		if (!removal_has(removal, lost->where) &&
			!dependence_explains_loss(removal, &trial->names, lost))
			trial_fail(trial, removal, "unrelated, and gone", lost);
	}
}

/* Takes out the next lines; true when there are some. */
static bool judge_gained(struct trial *trial, struct removal *removal)
{
	bool more = false;

	for (size_t i = 0; i < removal->gained.count; i++) {
		const struct rule *gained = &removal->gained.items[i];

		if (removal_has(removal, gained->where))
			trial_fail(trial, removal, "names a line that is gone", gained);
		else if (dependence_explains_gain(removal, gained))
			continue;
		else if (!stands_in(removal, gained))
			trial_fail(trial, removal, "new", gained);
		else if (!is_own_line(trial, gained))
			more = removal_add(removal, gained->where) || more;
		else if (!is_basic(trial, gained))
			trial_fail(trial, removal, "no line gives it, and it is there", gained);
	}
	return more;
}

static bool names_origin(const struct trial *trial, struct where where)
{
	for (size_t i = 0; i < trial->before.count; i++)
		if (where_same(trial->before.items[i].where, where))
			return true;
	return false;
}

/* Is it about something that no plan is without? */
static bool is_required(const struct report_entry *entry)
{
	return strstr(entry->text, "does not name its stack") ||
	       strstr(entry->text, "has no services") ||
	       strstr(entry->text, "at least one service");
}

/* Takes out the lines that complain; true when there are some. */
bool trial_refused(struct trial *trial, struct removal *removal)
{
	size_t count;
	const struct report_entry *entries = report_entries(removal->report, &count);
	bool more = false, named = false;

	for (size_t i = 0; i < count; i++) {
		if (entries[i].level != REPORT_ERROR)
			continue;
		if (is_required(&entries[i])) {
			trial->refused++;
			return false;
		}
		named = named || names_origin(trial, entries[i].where) ||
			strstr(entries[i].text, "unknown service") ||
			strstr(entries[i].text, "could be taken away");
		more = removal_add(removal, entries[i].where) || more;
	}
	if (!named || !more)
		fail_refusal(trial, removal, count ? entries[0].text : "nothing");
	return more;
}

void trial_without(struct trial *trial, struct where where)
{
	struct removal removal = {.arena = arena_new(), .example = trial->example};
	bool more = removal_add(&removal, where);

	if (!more) {
		trial->failed++;
		print_error("nothing stands at %s:%u:%u\n", where.file, where.line, where.column);
	}
	for (size_t round = 0; more && round < MOST_ROUNDS; round++) {
		if (removal_plan(&removal, &trial->before)) {
			judge_lost(trial, &removal);
			more = judge_gained(trial, &removal);
		} else {
			more = trial_refused(trial, &removal);
		}
	}
	arena_free(removal.arena);
}

/* What names a service's own line is what every service has. */
void trial_own_lines(struct trial *trial)
{
	for (size_t i = 0; i < trial->before.count; i++) {
		const struct rule *rule = &trial->before.items[i];

		if (!is_own_line(trial, rule) || is_basic(trial, rule))
			continue;
		trial->failed++;
		print_error("not every service has it: %s %s %s\n", rule->service, rule->kind,
			rule->text);
	}
}
