/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Why a role allows a call.  Either its daemon was seen making it, unconfined,
 * in the traffic of tools/observe-calls (tests/golden/observed/ROLE), or the
 * role says why, and where in the daemon's source: in the comment of the line
 * that allows it, and for a group by the call's name.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "catalog/call.h"
#include "plan/plan.h"
#include "policy/policy.h"
#include "role_services.h"

enum { LONGEST_LINE = 400, LONGEST_REASON = 4000, MOST_SEEN = 200 };

struct seen {
	char names[MOST_SEEN][32];
	size_t count;
};

/* A line that allows something: what it names, and its comment with the lines of comment below. */
struct line {
	char name[64];
	char reason[LONGEST_REASON];
};

static FILE *open_source(const char *folder, const char *name)
{
	const char *source = getenv("BULKHEAD_SOURCE");
	char path[LONGEST_LINE];

	snprintf(path, sizeof(path), "%s/%s/%s", source ? source : ".", folder, name);
	return fopen(path, "re");
}

static bool read_names(const char *folder, const char *role, struct seen *seen)
{
	FILE *file = open_source(folder, role);

	seen->count = 0;
	if (!file)
		return false;
	while (seen->count < MOST_SEEN && fscanf(file, "%31s", seen->names[seen->count]) == 1)
		seen->count++;
	fclose(file);
	return true;
}

static void read_seen(const char *role, struct seen *seen)
{
	assert_true(read_names("tests/golden/observed", role, seen));
	assert_true(seen->count > 0);
}

static bool was_seen(const struct seen *seen, const char *call)
{
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->names[i], call) == 0)
			return true;
	/* Confined, libraries fall back from clone3, whose flags no filter can see. */
	return strcmp(call, "clone") == 0 && was_seen(seen, "clone3");
}

static const char *comment_of(const char *text)
{
	while (*text == ' ')
		text++;
	return *text == '#' ? text + 1 : NULL;
}

static void read_line(const struct where *where, struct line *line)
{
	FILE *file = fopen(where->file, "re");
	char text[LONGEST_LINE] = "";
	const char *comment;
	int consumed = 0;

	assert_non_null(file);
	for (unsigned i = 0; i < where->line; i++)
		assert_non_null(fgets(text, sizeof(text), file));
	assert_int_equal(sscanf(text, " - %63s%n", line->name, &consumed), 1);
	comment = comment_of(text + consumed);
	line->reason[0] = '\0';
	for (size_t length = 0; comment; length = strlen(line->reason)) {
		snprintf(line->reason + length, LONGEST_REASON - length, "%s", comment);
		comment = fgets(text, sizeof(text), file) ? comment_of(text) : NULL;
	}
	fclose(file);
}

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
		bool ends = !isalnum((unsigned char)at[length]) && at[length] != '_';
		if (begins && ends)
			return true;
	}
	return false;
}

/* Something in parentheses names where to look: a file of the source, or a function. */
static bool has_source(const char *reason)
{
	for (const char *open = strchr(reason, '('); open; open = strchr(open + 1, '('))
		if (strcspn(open + 1, "()") > 2)
			return true;
	return false;
}

/* A group of several calls says little about each of them. */
static bool of_several_calls(const char *name)
{
	const struct catalog_group *group = catalog_group(name);

	for (size_t i = 1; group && i < group->grant_count; i++)
		if (strcmp(group->grants[i].call, group->grants[0].call) != 0)
			return true;
	return false;
}

static bool of_a_role(const struct where *where)
{
	const char *source = getenv("BULKHEAD_SOURCE");
	char folder[LONGEST_LINE];
	int length = snprintf(folder, sizeof(folder), "%s/roles/", source ? source : ".");

	return where->file && strncmp(where->file, folder, (size_t)length) == 0;
}

static struct arena *arena;
static struct role_service *services;
static size_t role_count;

static int plan_roles(void **state)
{
	(void)state;
	arena = arena_new();
	services = role_services("x86-64", arena, &role_count);
	return services ? 0 : -1;
}

static int free_roles(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A record holds no arguments, so it proves nothing of a right that looks at them. */
static bool is_proven(const struct plan_call *call, const struct seen *seen, struct line *line)
{
	bool conditional = call->condition_count > 0 && catalog_group(line->name);

	if (was_seen(seen, call->name) && !conditional)
		return true;
	return has_source(line->reason) &&
	       (!of_several_calls(line->name) || has_word(line->reason, call->name));
}

static void every_call_was_seen_or_has_its_reason_and_source(void **state)
{
	static struct seen seen;
	static struct line line;
	size_t looked_at = 0, missing = 0;

	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		read_seen(services[i].role, &seen);
		for (size_t j = 0; j < services[i].plan.call_count; j++) {
			const struct plan_call *call = &services[i].plan.calls[j];

			if (call->action != PLAN_ALLOW || !of_a_role(&call->where))
				continue;
			looked_at++;
			read_line(&call->where, &line);
			if (is_proven(call, &seen, &line))
				continue;
			print_error("%s: %s by '%s' was not seen, and no reason names it\n",
				services[i].role, call->name, line.name);
			missing++;
		}
	}
	assert_int_equal(missing, 0);
	assert_true(looked_at > 700);
}

static void every_line_of_a_role_has_a_comment(void **state)
{
	static struct line line;
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < role_count; i++)
		for (size_t j = 0; j < services[i].from->allow.count; j++) {
			const struct policy_text *allowed = &services[i].from->allow.items[j];

			assert_true(of_a_role(&allowed->where));
			read_line(&allowed->where, &line);
			assert_string_equal(line.name, allowed->text);
			if (strlen(line.reason) < 10)
				fail_msg("%s: '%s' without a reason", services[i].role, line.name);
			lines++;
		}
	assert_true(lines > 100);
}

static bool allowed(const struct plan_service *service, const char *call)
{
	for (size_t i = 0; i < service->call_count; i++)
		if (service->calls[i].action == PLAN_ALLOW &&
			strcmp(service->calls[i].name, call) == 0)
			return true;
	return false;
}

static bool allowed_by_role(const struct plan_service *service, const char *call)
{
	for (size_t i = 0; i < service->call_count; i++)
		if (service->calls[i].action == PLAN_ALLOW && of_a_role(&service->calls[i].where) &&
			strcmp(service->calls[i].name, call) == 0)
			return true;
	return false;
}

/* Edges and programs left aside, which a policy adds. */
static void no_two_roles_allow_the_same_by_themselves(void **state)
{
	size_t count;
	const struct catalog_call *calls = catalog_calls(&count);

	(void)state;
	for (size_t i = 0; i < role_count; i++)
		for (size_t j = 0; j < i; j++) {
			bool same = true;

			for (size_t k = 0; k < count; k++)
				same = same &&
				       allowed_by_role(&services[i].plan, calls[k].name) ==
					       allowed_by_role(&services[j].plan, calls[k].name);
			if (same)
				fail_msg("%s and %s", services[i].role, services[j].role);
		}
}

/* What a daemon tries and does without stands in its role, so that a lost right cannot hide. */
static bool is_refused_knowingly(const struct policy_service *from, const char *call)
{
	for (size_t i = 0; i < from->expected_count; i++)
		if (from->expected[i].call && strcmp(from->expected[i].call, call) == 0)
			return true;
	return false;
}

/* Whatever its arguments. */
static bool always_allowed(const struct plan_service *service, const char *call)
{
	for (size_t i = 0; i < service->call_count; i++)
		if (service->calls[i].action == PLAN_ALLOW && !service->calls[i].launch_only &&
			service->calls[i].condition_count == 0 &&
			strcmp(service->calls[i].name, call) == 0)
			return true;
	return false;
}

static void what_a_role_does_without_has_a_reason_and_is_refused(void **state)
{
	size_t calls = 0;

	(void)state;
	for (size_t i = 0; i < role_count; i++)
		for (size_t j = 0; j < services[i].from->expected_count; j++) {
			const struct policy_expected *expected = &services[i].from->expected[j];

			assert_true(of_a_role(&expected->where));
			if (!strchr(expected->why, '(') || strlen(expected->why) < 20)
				fail_msg("%s: %s", services[i].role, expected->why);
			if (!expected->call)
				continue;
			calls++;
			if (always_allowed(&services[i].plan, expected->call))
				fail_msg("%s may %s", services[i].role, expected->call);
		}
	assert_true(calls > role_count);
}

/* A list that only grows says nothing: each of its calls was seen, by the one way or the other. */
static void what_a_role_does_without_was_seen(void **state)
{
	static struct seen seen, refused;

	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		read_seen(services[i].role, &seen);
		read_names("tests/golden/refused", services[i].role, &refused);
		for (size_t j = 0; j < services[i].from->expected_count; j++) {
			const struct policy_expected *expected = &services[i].from->expected[j];

			/* Answered ENOSYS in audit mode as well, which the kernel does not log. */
			if (expected->call && strcmp(expected->call, "clone3") != 0 &&
				!was_seen(&seen, expected->call) &&
				!was_seen(&refused, expected->call))
				fail_msg("%s: %s", services[i].role, expected->call);
		}
	}
}

/* At work under its own filter in audit mode, on a kernel (tools/observe-refusals). */
static void all_that_was_refused_at_work_is_expected(void **state)
{
	static struct seen refused;
	size_t roles = 0;

	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		if (!read_names("tests/golden/refused", services[i].role, &refused))
			continue;
		roles++;
		for (size_t j = 0; j < refused.count; j++)
			if (!is_refused_knowingly(services[i].from, refused.names[j]))
				fail_msg("%s: %s", services[i].role, refused.names[j]);
	}
	assert_true(roles >= 9);
}

static void all_that_was_seen_is_allowed_or_refused_knowingly(void **state)
{
	static struct seen seen;
	size_t lost = 0;

	(void)state;
	for (size_t i = 0; i < role_count; i++) {
		read_seen(services[i].role, &seen);
		for (size_t j = 0; j < seen.count; j++)
			if (!allowed(&services[i].plan, seen.names[j]) &&
				!is_refused_knowingly(services[i].from, seen.names[j])) {
				print_error("%s: %s\n", services[i].role, seen.names[j]);
				lost++;
			}
	}
	assert_int_equal(lost, 0);
}

/* The same rights on arm64, where libraries know older calls by newer names only. */
static void arm64_loses_no_call_that_was_seen(void **state)
{
	static struct seen seen;
	size_t lost = 0, count;
	struct role_service *others = role_services("arm64", arena, &count);

	(void)state;
	assert_non_null(others);
	for (size_t i = 0; i < count; i++) {
		read_seen(others[i].role, &seen);
		for (size_t j = 0; j < seen.count; j++) {
			const struct catalog_call *call =
				catalog_call_on(CATALOG_AARCH64, seen.names[j]);

			if (!call || allowed(&others[i].plan, call->name) ||
				is_refused_knowingly(others[i].from, call->name))
				continue;
			print_error("%s: %s\n", others[i].role, call->name);
			lost++;
		}
		assert_true(others[i].plan.forks == services[i].plan.forks);
	}
	assert_int_equal(lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_was_seen_or_has_its_reason_and_source),
		cmocka_unit_test(every_line_of_a_role_has_a_comment),
		cmocka_unit_test(no_two_roles_allow_the_same_by_themselves),
		cmocka_unit_test(what_a_role_does_without_has_a_reason_and_is_refused),
		cmocka_unit_test(what_a_role_does_without_was_seen),
		cmocka_unit_test(all_that_was_refused_at_work_is_expected),
		cmocka_unit_test(all_that_was_seen_is_allowed_or_refused_knowingly),
		cmocka_unit_test(arm64_loses_no_call_that_was_seen),
	};

	return cmocka_run_group_tests(tests, plan_roles, free_roles);
}
