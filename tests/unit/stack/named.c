/* SPDX-License-Identifier: GPL-2.0-or-later */

/* By which name a service was given an address is remembered: of that service, and of the newest.
 */

#include "stack/named.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "plan/traffic.h"

enum { MANY = 700, KEPT = 512 };

static struct plan_outside outsides[] = {
	{.from = "web", .range = "192.0.2.1", .first = 443, .last = 443},
	{.from = "web", .name = "api.example.com", .first = 443, .last = 443},
	{.from = "web", .name = "api.example.com", .first = 8443, .last = 8443},
	{.from = "mail", .name = "api.example.com", .first = 443, .last = 443},
};
static const struct plan plan = {.outsides = outsides, .outside_count = 4};

static char path[] = "/tmp/bulkhead-named.XXXXXX";
static int folder;

static int make_folder(void **state)
{
	(void)state;
	folder = mkdtemp(path) ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	return folder < 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlinkat(folder, "named", 0);
	close(folder);
	return rmdir(path);
}

static bool has(const struct plan_traffic *traffic, const char *address, uint32_t outside)
{
	for (size_t i = 0; i < traffic->count; i++)
		if (traffic->items[i].kind == PLAN_TRAFFIC_NAMED &&
			traffic->items[i].outside == outside &&
			strcmp(traffic->items[i].address, address) == 0)
			return true;
	return false;
}

static void an_address_has_its_name_for_its_service(void **state)
{
	static const unsigned char narrow[] = {192, 0, 2, 1}, wide[16] = {0x20, 0x01, 0x0d, 0xb8};
	scoped(arena) struct arena *arena = arena_new();
	struct plan_traffic traffic = {.arena = arena};

	(void)state;
	stack_named_see(folder, &plan, &traffic);
	assert_int_equal(traffic.count, 0);
	for (int i = 0; i < 2; i++)
		stack_named_note(folder, &plan, &outsides[1], AF_INET, narrow);
	stack_named_note(folder, &plan, &outsides[3], AF_INET6, wide);
	stack_named_see(folder, &plan, &traffic);
	/* Both lines of that name have it, and no other. */
	assert_int_equal(traffic.count, 3);
	assert_true(has(&traffic, "192.0.2.1", 2));
	assert_true(has(&traffic, "192.0.2.1", 3));
	assert_true(has(&traffic, "2001:db8::", 4));
}

static void the_newest_are_kept(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_traffic traffic = {.arena = arena};

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		const unsigned char address[] = {10, 0, (unsigned char)(i >> 8), (unsigned char)i};

		stack_named_note(folder, &plan, &outsides[3], AF_INET, address);
	}
	stack_named_see(folder, &plan, &traffic);
	assert_true(traffic.count <= KEPT + 1);
	assert_true(has(&traffic, "10.0.2.187", 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_its_name_for_its_service),
		cmocka_unit_test(the_newest_are_kept),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
