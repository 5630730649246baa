/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/ready.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/state.h"

static const char *missing_of(struct plan_listen *listen, struct arena *arena)
{
	struct plan_service service = {.name = "web", .listens = listen, .listen_count = 1};
	struct plan plan = {.services = &service, .service_count = 1};
	const struct stack_state about = {.folder = "/nonexistent", .plan = &plan};
	/* Its tables are those of the test itself. */
	const struct stack_member self = {.pid = getpid()};

	return stack_ready_missing(&about, &service, &self, arena);
}

static void a_port_counts_when_somebody_listens(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	scoped(fd) int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char word[32];

	(void)state;
	assert_int_equal(bind(door, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(door, (struct sockaddr *)&address, &length), 0);
	struct plan_listen listen_at = {.transport = PLAN_TCP,
		.first = ntohs(address.sin_port),
		.last = ntohs(address.sin_port)};
	snprintf(word, sizeof(word), "port %u", listen_at.first);
	assert_string_equal(missing_of(&listen_at, arena), word);
	assert_int_equal(listen(door, 1), 0);
	assert_null(missing_of(&listen_at, arena));
	/* The same number over UDP is another port. */
	listen_at.transport = PLAN_UDP;
	assert_non_null(missing_of(&listen_at, arena));
}

static void a_socket_counts_by_its_whole_path(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	scoped(fd) int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/bulkhead-ready-%d", getpid());
	struct plan_listen listen_at = {.transport = PLAN_UNIX, .path = address.sun_path};
	assert_int_equal(bind(door, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_non_null(missing_of(&listen_at, arena));
	assert_int_equal(listen(door, 1), 0);
	assert_null(missing_of(&listen_at, arena));
	listen_at.path = arena_printf(arena, "%s/more", address.sun_path);
	assert_non_null(missing_of(&listen_at, arena));
	unlink(address.sun_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_counts_when_somebody_listens),
		cmocka_unit_test(a_socket_counts_by_its_whole_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
