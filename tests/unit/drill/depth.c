/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "catalog/capability.h"
#include "drill/attempt.h"
#include "drill/class.h"
#include "drill/depth.h"
#include "drill/matrix.h"
#include "drill/privilege.h"
#include "drill/run.h"
#include "plan/depth.h"
#include "plan/plan.h"

/* A world in which these layers stop an attempt, the first that is on answering. */
struct wall {
	struct {
		enum layer layer;
		bool tells; /* its answer is nobody else's */
	} layers[4];
	size_t count;
	bool host;    /* something else stops it anyway */
	bool crashes; /* without the first, no launch succeeds */
};

static int attack(void *context, unsigned off, struct drill_verdict *verdict, struct fault *why)
{
	const struct wall *wall = context;

	(void)why;
	*verdict = (struct drill_verdict){.standing = DRILL_STOPPED, .layer = LAYER_SECCOMP};
	if (wall->crashes && off) {
		verdict->standing = DRILL_VOID;
		strcpy(verdict->text, "no launch");
		return 0;
	}
	for (size_t i = 0; i < wall->count; i++) {
		if (off >> wall->layers[i].layer & 1)
			continue;
		verdict->measured = wall->layers[i].tells;
		if (verdict->measured)
			verdict->layer = verdict->part = wall->layers[i].layer;
		return 0;
	}
	if (!wall->host)
		verdict->standing = DRILL_THROUGH;
	return 0;
}

static struct drill_depth measure(struct wall *wall, unsigned meant)
{
	const struct drill_again again = {attack, wall};
	struct drill_verdict first;
	struct drill_depth depth;

	assert_int_equal(attack(wall, 0, &first, NULL), 0);
	assert_int_equal(drill_measure_depth(&first, meant, &again, &depth, NULL), 0);
	return depth;
}

static void each_layer_is_found_behind_the_one_before(void **state)
{
	struct wall wall = {{{LAYER_SECCOMP, true}, {LAYER_VIEW, true}, {LAYER_LANDLOCK, true}}, 3,
		false, false};
	struct drill_depth depth = measure(&wall, 0);

	(void)state;
	assert_int_equal(depth.end, DRILL_BOTTOM_THROUGH);
	assert_int_equal(depth.count, 3);
	assert_int_equal(depth.holds[0].layer, LAYER_SECCOMP);
	assert_int_equal(depth.holds[1].layer, LAYER_VIEW);
	assert_int_equal(depth.holds[2].layer, LAYER_LANDLOCK);
	assert_int_equal(drill_parts(&depth), 3);
	/* No attempt is made that need not be. */
	assert_int_equal(depth.launches, 3);
}

static void what_gets_through_has_no_depth(void **state)
{
	struct wall wall = {0};
	struct drill_depth depth = measure(&wall, 0);

	(void)state;
	assert_int_equal(depth.end, DRILL_BOTTOM_NONE);
	assert_int_equal(depth.launches, 0);
	assert_int_equal(drill_parts(&depth), 0);
}

static void one_layer_is_one(void **state)
{
	struct wall wall = {{{LAYER_RESOURCES, true}}, 1, false, false};
	struct drill_depth depth = measure(&wall, 0);

	(void)state;
	assert_int_equal(depth.count, 1);
	assert_int_equal(depth.launches, 1);
	assert_int_equal(drill_holding(&depth), 1U << LAYER_RESOURCES);
}

/* EPERM of two: neither tells, each is shown to hold without the other. */
static void layers_that_say_the_same_are_told_apart(void **state)
{
	struct wall wall = {
		{{LAYER_SECCOMP, true}, {LAYER_CAPABILITIES, false}, {LAYER_IDENTITY, false}}, 3,
		false, false};
	struct drill_depth depth = measure(&wall, 1U << LAYER_CAPABILITIES | 1U << LAYER_IDENTITY);

	(void)state;
	assert_int_equal(depth.end, DRILL_BOTTOM_THROUGH);
	assert_int_equal(drill_holding(&depth),
		1U << LAYER_SECCOMP | 1U << LAYER_CAPABILITIES | 1U << LAYER_IDENTITY);
}

static void a_layer_that_only_might_have_answered_is_not_counted(void **state)
{
	struct wall wall = {{{LAYER_SECCOMP, true}, {LAYER_IDENTITY, false}}, 2, false, false};
	struct drill_depth depth = measure(&wall, 1U << LAYER_CAPABILITIES | 1U << LAYER_IDENTITY);

	(void)state;
	assert_int_equal(drill_holding(&depth), 1U << LAYER_SECCOMP | 1U << LAYER_IDENTITY);
}

/* Its user, where it lacks a capability: either off, it gets through. */
static int signal_init(
	void *context, unsigned off, struct drill_verdict *verdict, struct fault *why)
{
	bool domain = !(off >> LAYER_LANDLOCK & 1);
	bool user = !(off >> LAYER_IDENTITY & 1) && !(off >> LAYER_CAPABILITIES & 1);

	(void)context;
	(void)why;
	*verdict =
		(struct drill_verdict){.standing = domain || user ? DRILL_STOPPED : DRILL_THROUGH,
			.layer = LAYER_IDENTITY};
	return 0;
}

static void what_two_do_together_counts_once(void **state)
{
	const struct drill_again again = {signal_init, NULL};
	struct drill_verdict first;
	struct drill_depth depth;

	(void)state;
	signal_init(NULL, 0, &first, NULL);
	assert_int_equal(
		drill_measure_depth(&first, 1U << LAYER_CAPABILITIES | 1U << LAYER_IDENTITY, &again,
			&depth, NULL),
		0);
	assert_int_equal(depth.end, DRILL_BOTTOM_THROUGH);
	assert_int_equal(drill_parts(&depth), 2);
	assert_true(drill_holding(&depth) & 1U << LAYER_LANDLOCK);
}

static void what_the_host_stops_anyway_shows_no_layer(void **state)
{
	struct wall wall = {{{LAYER_SECCOMP, true}}, 1, true, false};
	struct drill_depth depth = measure(&wall, 1U << LAYER_CAPABILITIES);

	(void)state;
	assert_int_equal(depth.end, DRILL_BOTTOM_OPEN);
	assert_int_equal(drill_holding(&depth), 1U << LAYER_SECCOMP);
}

static void a_launch_that_fails_without_a_layer_shows_no_more(void **state)
{
	struct wall wall = {{{LAYER_SECCOMP, true}, {LAYER_VIEW, true}}, 2, false, true};
	struct drill_depth depth = measure(&wall, 0);

	(void)state;
	assert_int_equal(depth.end, DRILL_BOTTOM_OPEN);
	assert_int_equal(depth.count, 1);
	assert_string_equal(depth.text, "no launch");
}

static void two_filters_are_one_part_of_the_kernel(void **state)
{
	struct drill_depth depth = {.count = 2};

	(void)state;
	depth.holds[0].layer = LAYER_EXEC;
	depth.holds[0].part = LAYER_SECCOMP;
	depth.holds[1].layer = LAYER_SECCOMP;
	depth.holds[1].part = LAYER_SECCOMP;
	assert_int_equal(drill_parts(&depth), 1);
	depth.holds[1].part = LAYER_LANDLOCK;
	assert_int_equal(drill_parts(&depth), 2);
}

static void every_attempt_has_a_class(void **state)
{
	size_t count;
	const struct drill_category *categories = drill_categories(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < *categories[i].count; j++)
			if (!drill_class(categories[i].name, categories[i].attempts[j].name))
				fail_msg("attempt %s of %s has no class",
					categories[i].attempts[j].name, categories[i].name);
}

/* Made from the plan: all of "path:", and "capability:kill" of a capability that a call asks for.
 */
static bool is_made(const char *name)
{
	char word[64];
	size_t length = 0;

	if (strcmp(name, "path:") == 0 || strcmp(name, "ask:") == 0 || strcmp(name, "ask6:") == 0)
		return true;
	if (strncmp(name, "capability:", 11) != 0)
		return false;
	for (; name[11 + length] && length < sizeof(word) - 1; length++)
		word[length] = (char)toupper((unsigned char)name[11 + length]);
	word[length] = '\0';
	int number = catalog_capability_number(word);
	return number >= 0 && drill_privilege((unsigned)number);
}

static void every_special_attempt_is_one_and_says_why(void **state)
{
	size_t count;
	const struct drill_special *specials = drill_specials(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (!drill_attempt(specials[i].attempt, NULL) && !is_made(specials[i].attempt))
			fail_msg("there is no attempt %s", specials[i].attempt);
		if (specials[i].class)
			assert_non_null(plan_class(specials[i].class));
		assert_true(specials[i].class || specials[i].reason);
	}
}

static void a_reason_counts_where_the_kernel_lacks_the_layer(void **state)
{
	const struct plan_service bare = {.name = "web"};
	const struct plan_service whole = {.name = "web",
		.mdwe = true,
		.memfd_noexec = true,
		.landlock = {.used = true, .handled_net = 1, .scoped = 3}};
	const char *const attempts[][2] = {{"memory", "make-data-code"},
		{"memory", "run-memory-file"}, {"network", "listen-undeclared"},
		{"other processes", "signal-init"}, {"IPC", "meet-host-abstract"}};

	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		assert_non_null(drill_reason(attempts[i][0], attempts[i][1], &bare));
		assert_null(drill_reason(attempts[i][0], attempts[i][1], &whole));
	}
	/* Who hears datagrams answers them. */
	struct plan_listen hears = {.transport = PLAN_UDP, .first = 53, .last = 53};
	struct plan_service asked = whole;
	asked.listens = &hears;
	asked.listen_count = 1;
	assert_non_null(drill_reason("network", "ask:db:other", &asked));
	assert_null(drill_reason("network", "reach:db:other", &asked));
	assert_null(drill_reason("network", "ask:db:other", &whole));
	/* And one that every kernel has. */
	assert_non_null(drill_reason("exec", "run-loader", &whole));
}

/* docs/layers.md with every run of blanks as one space. */
static char *read_page(void)
{
	const char *source = getenv("BULKHEAD_SOURCE");
	char path[4096];
	size_t length = 0;
	char *page = calloc(1, 100000);
	int byte;

	snprintf(path, sizeof(path), "%s/docs/layers.md", source ? source : ".");
	FILE *file = fopen(path, "re");
	assert_non_null(page);
	assert_non_null(file);
	while ((byte = fgetc(file)) != EOF && length < 99999) {
		bool blank = byte == ' ' || byte == '\n';
		if (!blank || (length && page[length - 1] != ' '))
			page[length++] = blank ? ' ' : (char)byte;
	}
	fclose(file);
	return page;
}

static void assert_on_page(const char *page, const char *text)
{
	if (!strstr(page, text))
		fail_msg("docs/layers.md lacks: %s", text);
}

static void the_page_about_layers_says_what_the_tables_say(void **state)
{
	char *page = read_page(), row[1000], layers[200];
	size_t count;
	const struct plan_class *classes = plan_classes(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		layers[0] = '\0';
		for (int layer = 0; layer < LAYER_COUNT; layer++)
			if (classes[i].layers >> layer & 1) {
				strcat(layers, layers[0] ? ", " : "");
				strcat(layers, catalog_layer_names[layer]);
			}
		snprintf(row, sizeof(row), "| %s | %s | %s |", classes[i].name, classes[i].sentence,
			layers[0] ? layers : "none");
		assert_on_page(page, row);
		if (!classes[i].reason)
			continue;
		snprintf(row, sizeof(row), "* **%s**: %s", classes[i].name, classes[i].reason);
		assert_on_page(page, row);
	}
	const struct drill_special *specials = drill_specials(&count);
	for (size_t i = 0; i < count; i++) {
		if (!specials[i].reason)
			continue;
		assert_on_page(page, specials[i].reason);
		snprintf(row, sizeof(row), "`%s`", specials[i].attempt);
		assert_on_page(page, row);
	}
	free(page);
}

static void a_cell_names_what_makes_it_shallow(void **state)
{
	struct arena *arena = arena_new();
	struct drill_verdict verdicts[] = {
		{.category = "files", .attempt = "read-shadow", .standing = DRILL_STOPPED},
		{.category = "files", .attempt = "climb-out", .standing = DRILL_STOPPED},
		{.category = "files", .attempt = "list-logs", .standing = DRILL_VOID},
	};
	struct drill_depth depths[3] = {
		{.holds = {{LAYER_VIEW, LAYER_VIEW}, {LAYER_LANDLOCK, LAYER_LANDLOCK}},
			.count = 2,
			.end = DRILL_BOTTOM_THROUGH},
		{.holds = {{LAYER_VIEW, LAYER_VIEW}}, .count = 1, .end = DRILL_BOTTOM_THROUGH},
	};
	const struct drill_table table = {verdicts, 3, depths};
	const struct plan_service service = {.name = "web"};
	size_t count;
	struct drill_cell *cells = drill_cells(&table, &service, arena, &count);

	(void)state;
	assert_int_equal(count, 1);
	assert_string_equal(cells[0].class->name, "files");
	assert_int_equal(cells[0].attempts, 2);
	assert_int_equal(cells[0].holds[LAYER_VIEW], 2);
	assert_int_equal(cells[0].holds[LAYER_LANDLOCK], 1);
	assert_int_equal(cells[0].least, 1);
	assert_int_equal(cells[0].least_count, 1);
	assert_string_equal(cells[0].least_attempts[0], "climb-out");
	assert_int_equal(cells[0].shallow_count, 1);
	assert_string_equal(cells[0].shallow[0].only, "view");
	assert_null(cells[0].shallow[0].text);
	assert_int_equal(drill_unexplained(&cells[0]), 1);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_layer_is_found_behind_the_one_before),
		cmocka_unit_test(what_gets_through_has_no_depth),
		cmocka_unit_test(one_layer_is_one),
		cmocka_unit_test(layers_that_say_the_same_are_told_apart),
		cmocka_unit_test(a_layer_that_only_might_have_answered_is_not_counted),
		cmocka_unit_test(what_two_do_together_counts_once),
		cmocka_unit_test(what_the_host_stops_anyway_shows_no_layer),
		cmocka_unit_test(a_launch_that_fails_without_a_layer_shows_no_more),
		cmocka_unit_test(two_filters_are_one_part_of_the_kernel),
		cmocka_unit_test(every_attempt_has_a_class),
		cmocka_unit_test(every_special_attempt_is_one_and_says_why),
		cmocka_unit_test(a_reason_counts_where_the_kernel_lacks_the_layer),
		cmocka_unit_test(the_page_about_layers_says_what_the_tables_say),
		cmocka_unit_test(a_cell_names_what_makes_it_shallow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
