/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/view.h"
#include "plan/plan.h"

static char root[] = "/tmp/bulkhead-create-XXXXXX";
static char path[64];

/* Create @path for @owner, who is not the service that is launched: that one reads it. */
static int create(bool folder, unsigned owner)
{
	struct plan_node made = {.kind = PLAN_BIND,
		.create = true,
		.folder = folder,
		.source = path,
		.mode = 0750,
		.uid = owner,
		.gid = owner};
	struct plan_node read = {.kind = PLAN_BIND, .folder = folder, .source = path};
	struct plan_service services[] = {
		{.nodes = &read, .node_count = 1}, {.nodes = &made, .node_count = 1}};
	const struct plan plan = {.services = services, .service_count = 2};
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_launch launch = {.plan = &plan, .service = &services[0], .arena = arena};

	return enforce_create_for_other(&launch, &read, NULL);
}

static void what_is_created_belongs_to_its_owner(void **state)
{
	struct stat about;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(create(true, 1007), 0);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_uid, 1007);
	assert_int_equal(about.st_gid, 1007);
	assert_int_equal(about.st_mode & 07777, 0750);
	assert_int_equal(rmdir(path), 0);
}

static void what_would_be_roots_does_not_stay(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	for (int folder = 0; folder < 2; folder++) {
		assert_int_equal(create(folder, 0), -EINVAL);
		assert_int_equal(access(path, F_OK), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_created_belongs_to_its_owner),
		cmocka_unit_test(what_would_be_roots_does_not_stay),
	};

	if (!mkdtemp(root))
		return 1;
	snprintf(path, sizeof(path), "%s/made", root);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(root);
	return failed;
}
