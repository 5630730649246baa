/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the gateway and the outlet have written is told by the plan; nonsense of one that was taken
 * over is told nobody. */

#include "stack/turned_away.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "gateway/address.h"
#include "gateway/turned_away.h"
#include "plan/traffic.h"

static struct plan_service services[] = {
	{.name = "web", .address4 = "198.18.4.2", .address6 = "fd00::2"}};
static struct plan_publish publishes[] = {
	{.service = "web", .port = 3000, .host_port = 443, .address = "0.0.0.0"}};
static const struct plan plan = {
	.services = services, .service_count = 1, .publishes = publishes, .publish_count = 1};

static char path[] = "/tmp/bulkhead-turned.XXXXXX";
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
	unlinkat(folder, "refused-gateway", 0);
	unlinkat(folder, "refused-outlet", 0);
	close(folder);
	return rmdir(path);
}

static void turn(struct gateway_turned_away *all, enum gateway_turned_reason reason,
	const char *from, const char *to, unsigned port)
{
	union gateway_address client, wanted;

	gateway_address_set(&client, from, 40000);
	gateway_address_set(&wanted, to, port);
	gateway_turn_away(all, reason, &client, &wanted, "");
}

static void what_was_written_is_seen(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_traffic traffic = {.arena = arena};
	struct gateway_turned_away *doors =
		stack_turned_away_map(folder, GATEWAY_DOORS, &plan, NULL);
	struct gateway_turned_away *outlet =
		stack_turned_away_map(folder, GATEWAY_OUTLET, &plan, NULL);

	(void)state;
	assert_non_null(doors);
	assert_non_null(outlet);
	turn(doors, TURNED_SOURCE, "192.0.2.9", "0.0.0.0", 443);
	turn(doors, TURNED_SOURCE, "192.0.2.9", "0.0.0.0", 444); /* no door of this plan */
	turn(outlet, TURNED_WAY, "fd00::2", "2001:db8::9", 25);
	turn(outlet, TURNED_WAY, "198.18.4.3", "192.0.2.9", 25); /* nor a service */
	stack_turned_away_see(folder, &plan, &traffic);
	assert_int_equal(traffic.count, 2);
	assert_int_equal(traffic.items[0].kind, PLAN_TRAFFIC_REFUSED_SOURCE);
	assert_int_equal(traffic.items[0].layer, PLAN_TRAFFIC_GATEWAY);
	assert_string_equal(traffic.items[0].service, "web");
	assert_string_equal(traffic.items[0].address, "192.0.2.9");
	assert_int_equal(traffic.items[0].port, 3000);
	assert_int_equal(traffic.items[0].publish, 1);
	assert_int_equal(traffic.items[1].kind, PLAN_TRAFFIC_REFUSED_OUT);
	assert_int_equal(traffic.items[1].layer, PLAN_TRAFFIC_OUTLET);
	assert_string_equal(traffic.items[1].address, "2001:db8::9");
	assert_int_equal(traffic.items[1].port, 25);
	/* The next of its kind goes on with what stands there. */
	munmap(doors, sizeof(*doors));
	doors = stack_turned_away_map(folder, GATEWAY_DOORS, &plan, NULL);
	assert_non_null(doors);
	assert_int_equal(doors->newest[0].count, 1);
	memset(doors, 0, sizeof(*doors));
	memset(outlet, 0, sizeof(*outlet));
	munmap(doors, sizeof(*doors));
	munmap(outlet, sizeof(*outlet));
}

static void nonsense_is_believed_nowhere(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_traffic traffic = {.arena = arena};
	struct gateway_turned_away *outlet =
		stack_turned_away_map(folder, GATEWAY_OUTLET, &plan, NULL);

	(void)state;
	assert_non_null(outlet);
	memset(outlet, 0xff, sizeof(*outlet));
	for (size_t i = 0; i < 5; i++) {
		memset(&outlet->newest[i], 0, sizeof(outlet->newest[i]));
		turn(outlet, TURNED_HELLO, "198.18.4.2", "192.0.2.9", 443 + (unsigned)i);
	}
	for (size_t i = 0; i < TURNED_AWAY; i++) {
		struct gateway_turned *one = &outlet->newest[i];

		if (one->port == 443)
			memset(one->name, 'a', sizeof(one->name)); /* without an end */
		else if (one->port == 444)
			strcpy(one->name, "\033[2J");
		else if (one->port == 445)
			one->family = AF_UNIX;
		else if (one->port == 446)
			one->reason = 99;
	}
	stack_turned_away_see(folder, &plan, &traffic);
	assert_int_equal(traffic.count, 1);
	assert_int_equal(traffic.items[0].port, 447);
	assert_null(traffic.items[0].name);
	/* Of another size it is nobody's. */
	munmap(outlet, sizeof(*outlet));
	scoped(fd) int file = openat(folder, "refused-outlet", O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(file, 10), 0);
	stack_turned_away_see(folder, &plan, &traffic);
	assert_int_equal(traffic.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_seen),
		cmocka_unit_test(nonsense_is_believed_nowhere),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
