/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Every rule of a plan names the line that it came from: take that line out of
 * the policy or role, and the rule is gone, and nothing unrelated with it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "host/host.h"
#include "trial.h"

/* The places that rules name, each once. */
static struct where *origins_of(struct trial *trial, size_t *count)
{
	struct where *origins = arena_alloc(trial->arena, trial->before.count * sizeof(*origins));

	*count = 0;
	for (size_t i = 0; i < trial->before.count; i++) {
		const struct where where = trial->before.items[i].where;
		bool known = false;

		if (!where.file)
			fail_msg("no origin: %s %s", trial->before.items[i].kind,
				trial->before.items[i].text);
		for (size_t j = *count; j > 0 && !known; j--)
			known = where_same(origins[j - 1], where);
		if (!known)
			origins[(*count)++] = where;
	}
	return origins;
}

static void try_every_origin(const struct example *example, struct arena *arena)
{
	struct trial trial = trial_new(example, arena);
	size_t count, unnamed = 0;
	const struct where *origins = origins_of(&trial, &count);

	trial_own_lines(&trial);
	for (size_t i = 0; i < count; i++)
		trial_without(&trial, origins[i]);
	for (size_t i = 0; i < example->count; i++)
		if (!strstr(example->names[i], ".env"))
			unnamed += trial_unnamed(&trial, i, origins, count);
	print_message("%s: %zu rules of %zu lines; %zu end where no plan is; %zu give none\n",
		example->names[0], trial.before.count, count, trial.refused, unnamed);
	assert_int_equal(trial.failed, 0);
	assert_true(trial.refused > 0); /* the stack's name, at least */
}

static void without_its_line_a_rule_of_the_example_is_gone(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct example example;

	(void)state;
	example_read(&example, "examples/small/bulkhead.yaml", "roles",
		"tests/golden/small.host.json", arena);
	try_every_origin(&example, arena);
}

static void read_every_key(struct example *example, struct arena *arena)
{
	example_read(example, "tests/unit/plan/every/policy.yaml", "tests/unit/plan/every/roles",
		"tests/golden/every.host.json", arena);
	example_add(example, "/every.env", "# for policy.yaml\nFROM_FILE=1\nALPHA=zero\n");
}

static void so_it_is_for_every_key_of_the_language(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct example example;

	(void)state;
	read_every_key(&example, arena);
	try_every_origin(&example, arena);
}

/* Stock Linux 6.1 without controllers: gaps, and argument checks in their place. */
static void so_it_is_on_an_old_kernel(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct example example;

	(void)state;
	read_every_key(&example, arena);
	for (int i = HOST_CGROUP_MEMORY; i <= HOST_CGROUP_IO; i++)
		example.host->features[i].state = HOST_NO;
	for (int i = HOST_LANDLOCK_TRUNCATE; i <= HOST_MEMFD_NOEXEC; i++)
		example.host->features[i].state = HOST_NO;
	example.host->landlock_abi = 2;
	try_every_origin(&example, arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_its_line_a_rule_of_the_example_is_gone),
		cmocka_unit_test(so_it_is_on_an_old_kernel),
		cmocka_unit_test(so_it_is_for_every_key_of_the_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
