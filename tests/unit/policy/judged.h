/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A policy from memory, and what is said about it.  Each call forgets what the one
 * before gave.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/report.h"
#include "policy/load.h"
#include "policy/policy.h"
#include "policy/reading.h"

/* A service called web of a role without anything, and whatever follows it. */
#define WEB "bulkhead: 1\nstack: shop\nservices:\n  web:\n    role: bare\n    command: web\n"

static struct {
	struct arena *arena;
	struct report *report;
	struct policy_options options;
	char *text; /* all that was said */
} judged;

static const char *const judged_roles[] = {"roles"};

static inline void judged_begin(bool enforcing)
{
	if (judged.arena)
		arena_free(judged.arena);
	free(judged.text);
	judged.text = NULL;
	judged.arena = arena_new();
	judged.report = report_new(judged.arena);
	judged.options = (struct policy_options){
		.roles = judged_roles, .role_folder_count = 1, .enforcing = enforcing};
}

static inline void judged_end(void)
{
	size_t length;
	FILE *out = open_memstream(&judged.text, &length);

	report_write(judged.report, out, false);
	fclose(out);
}

/* Files of a stack: the first is the policy; role `bare` is always there. */
static inline const struct policy *judge_files(
	const struct policy_input *files, size_t count, bool enforcing)
{
	static const char bare[] = "bulkhead: 1\n";
	struct policy_input all[9] = {0};

	assert_true(count < 8);
	memcpy(all, files, count * sizeof(*files));
	all[count] = (struct policy_input){"roles/bare.yaml", bare, sizeof(bare) - 1};
	judged_begin(enforcing);
	const struct policy *policy =
		policy_load_memory(all, count + 1, &judged.options, judged.arena, judged.report);
	judged_end();
	return policy;
}

static inline const struct policy *judge_bytes(const char *text, size_t length)
{
	const struct policy_input file = {"shop.yaml", text, length};

	return judge_files(&file, 1, false);
}

static inline const struct policy *judge(const char *text)
{
	return judge_bytes(text, strlen(text));
}

/* The same, for a policy that must be good. */
static inline const struct policy *judge_good(const char *text)
{
	const struct policy *policy = judge(text);

	if (report_count(judged.report, REPORT_ERROR) > 0)
		fail_msg("refused: %s\n%s", text, judged.text);
	return policy;
}

static inline const struct policy_service *judge_service(const char *text)
{
	return policy_service(judge_good(text), "web");
}

/* What was said holds @words. */
static inline void says(const char *words)
{
	if (!strstr(judged.text, words))
		fail_msg("no '%s' in:\n%s", words, judged.text);
}

static inline void says_nothing_of(const char *words)
{
	if (strstr(judged.text, words))
		fail_msg("'%s' in:\n%s", words, judged.text);
}

/* Exactly @count errors. */
static inline void says_errors(size_t count)
{
	if (report_count(judged.report, REPORT_ERROR) != count)
		fail_msg("not %zu errors:\n%s", count, judged.text);
}

/* A text that is refused, what is said about it (with the place), and what to type. */
struct refused {
	const char *text, *error, *hint;
};

static inline void each_is_refused(const struct refused *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		judge(cases[i].text);
		if (report_count(judged.report, REPORT_ERROR) == 0)
			fail_msg("passed: %s", cases[i].text);
		says(cases[i].error);
		if (cases[i].hint)
			says(cases[i].hint);
	}
}
#define EACH_IS_REFUSED(cases) each_is_refused(cases, sizeof(cases) / sizeof((cases)[0]))
