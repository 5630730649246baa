/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/report.h"
#include "plan/depth.h"
#include "plan/plan.h"

#define BIT(layer) (1U << LAYER_##layer)

/* What a kernel of today gives to a service. */
static struct plan_service whole(void)
{
	return (struct plan_service){.name = "web",
		.where = {"shop.yaml", 4, 3},
		.namespaces_held = true,
		.ports_held = true,
		.mdwe = true,
		.memfd_noexec = true,
		.landlock = {.used = true, .abi = 6, .handled_net = 3, .scoped = 3}};
}

static void every_class_has_two_layers_or_a_reason(void **state)
{
	struct plan_service service = whole();
	size_t count;
	const struct plan_class *classes = plan_classes(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		if (!classes[i].reason &&
			plan_layer_parts(plan_class_layers(&classes[i], &service)) < 2)
			fail_msg("class %s has one layer alone, and no reason", classes[i].name);
}

static void what_the_kernel_lacks_is_not_meant(void **state)
{
	struct plan_service service = whole();
	const struct plan_class *network = plan_class("network");

	(void)state;
	assert_true(plan_class_layers(network, &service) & BIT(LANDLOCK));
	assert_true(plan_class_layers(network, &service) & BIT(LABELS));
	service.landlock.handled_net = 0;
	service.ports_held = false;
	assert_false(plan_class_layers(network, &service) & BIT(LANDLOCK));
	assert_false(plan_class_layers(network, &service) & BIT(LABELS));
	service.landlock.used = false;
	assert_false(plan_class_layers(plan_class("files"), &service) & BIT(LANDLOCK));
}

static void a_layer_in_audit_mode_stops_nothing(void **state)
{
	struct plan_service service = whole();
	struct plan_audit audit = {LAYER_VIEW, {"shop.yaml", 5, 5}};

	(void)state;
	service.audits = &audit;
	service.audit_count = 1;
	assert_false(plan_class_layers(plan_class("files"), &service) & BIT(VIEW));
}

static void filters_are_one_part_of_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(plan_layer_parts(0), 0);
	assert_int_equal(plan_layer_parts(BIT(PHASE)), 1);
	assert_int_equal(plan_layer_parts(BIT(PHASE) | BIT(SECCOMP)), 1);
	assert_int_equal(plan_layer_parts(BIT(SECCOMP) | BIT(VIEW) | BIT(LANDLOCK)), 3);
}

static size_t warnings(const struct plan_service *service, struct arena *arena, const char *word)
{
	struct plan plan = {.services = (struct plan_service *)service, .service_count = 1};
	struct report *report = report_new(arena);
	size_t count, found = 0;

	plan_report_depth(&plan, report);
	const struct report_entry *entries = report_entries(report, &count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(entries[i].level, REPORT_WARNING);
		assert_int_equal(entries[i].where.line, 4);
		found += strstr(entries[i].text, word) != NULL;
	}
	return found;
}

static void one_layer_that_is_left_is_a_warning_with_the_line(void **state)
{
	struct arena *arena = arena_new();
	struct plan_service service = whole();
	struct plan_audit audits[] = {{LAYER_NETWORK, {"shop.yaml", 5, 5}},
		{LAYER_LANDLOCK, {"shop.yaml", 5, 5}}, {LAYER_SECCOMP, {"shop.yaml", 5, 5}}};

	(void)state;
	assert_int_equal(warnings(&service, arena, ""), 0);
	service.audits = audits;
	service.audit_count = 3;
	assert_int_equal(warnings(&service, arena, "peers and ports that are not declared"), 1);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_has_two_layers_or_a_reason),
		cmocka_unit_test(what_the_kernel_lacks_is_not_meant),
		cmocka_unit_test(a_layer_in_audit_mode_stops_nothing),
		cmocka_unit_test(filters_are_one_part_of_the_kernel),
		cmocka_unit_test(one_layer_that_is_left_is_a_warning_with_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
