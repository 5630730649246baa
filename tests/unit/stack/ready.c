/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/ready.h"

#include <arpa/inet.h>
#include <netinet/in.h>
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
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/state.h"

static char last_hint[sizeof(((struct fault *)0)->hint)];
static struct plan_edge edge = {.from = "app", .to = "web"};
static struct plan_publish publish = {.service = "web", .host_port = 8443};

/* Why it is not ready, "" when it is; its tables are those of the test itself. */
static const char *why_not(struct plan_listen *listen, const struct plan *graph)
{
	static struct fault why;
	struct plan_service service = {
		.name = "web", .role = "postgres", .listens = listen, .listen_count = 1};
	struct plan plan = graph ? *graph : (struct plan){0};
	const struct stack_state about = {.folder = "/nonexistent", .plan = &plan};

	plan.services = &service;
	plan.service_count = 1;
	why = (struct fault){0};
	bool ready = stack_ready(&about, &service, getpid(), &why);
	assert_int_equal(ready, why.text[0] == '\0');
	snprintf(last_hint, sizeof(last_hint), "%s", why.hint);
	return why.text;
}

/* A socket at @address, and what the policy says of its port. */
static int open_at(int type, const char *address, bool only_wide, struct plan_listen *listen_at)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr_in6 *wide = (struct sockaddr_in6 *)&storage;
	struct sockaddr_in *narrow = (struct sockaddr_in *)&storage;
	bool is_wide = strchr(address, ':');
	socklen_t length = is_wide ? sizeof(*wide) : sizeof(*narrow);
	int door;

	storage.ss_family = is_wide ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(storage.ss_family, address,
				 is_wide ? (void *)&wide->sin6_addr : (void *)&narrow->sin_addr),
		1);
	door = socket(storage.ss_family, type | SOCK_CLOEXEC, 0);
	assert_true(door >= 0);
	if (is_wide)
		setsockopt(door, IPPROTO_IPV6, IPV6_V6ONLY, &(int){only_wide}, sizeof(int));
	assert_int_equal(bind(door, (struct sockaddr *)&storage, length), 0);
	assert_int_equal(getsockname(door, (struct sockaddr *)&storage, &length), 0);
	uint32_t port = ntohs(is_wide ? wide->sin6_port : narrow->sin_port);
	*listen_at = (struct plan_listen){.transport = type == SOCK_STREAM ? PLAN_TCP : PLAN_UDP,
		.first = port,
		.last = port,
		.where = {"shop.yaml", 7, 9}};
	return door;
}

static void a_port_counts_when_somebody_listens(void **state)
{
	struct plan_listen listen_at;
	scoped(fd) int door = open_at(SOCK_STREAM, "127.0.0.1", false, &listen_at);
	char words[64];

	(void)state;
	snprintf(words, sizeof(words), "nothing listens on port %u", listen_at.first);
	assert_string_equal(why_not(&listen_at, NULL), words);
	assert_int_equal(listen(door, 1), 0);
	/* Nobody is to reach it. */
	assert_string_equal(why_not(&listen_at, NULL), "");
	/* The same number over UDP is another port. */
	listen_at.transport = PLAN_UDP;
	snprintf(words, sizeof(words), "nothing listens on port %u/udp", listen_at.first);
	assert_string_equal(why_not(&listen_at, NULL), words);
}

static void one_port_of_a_range_is_enough(void **state)
{
	struct plan_listen listen_at;
	scoped(fd) int door = open_at(SOCK_STREAM, "0.0.0.0", false, &listen_at);

	(void)state;
	assert_int_equal(listen(door, 1), 0);
	listen_at.first -= 1;
	listen_at.last += 1;
	assert_string_equal(why_not(&listen_at, NULL), "");
	/* The one that is its last before it. */
	listen_at.first -= 1;
	listen_at.last -= 2;
	assert_string_not_equal(why_not(&listen_at, NULL), "");
}

static const struct {
	int type;
	const char *address, *shown; /* shown: not reachable by peers */
} places[] = {
	{SOCK_STREAM, "127.0.0.1", "127.0.0.1:%u"},
	{SOCK_STREAM, "127.0.0.9", "127.0.0.9:%u"},
	{SOCK_STREAM, "::1", "[::1]:%u"},
	{SOCK_STREAM, "::ffff:127.0.0.1", "[::ffff:127.0.0.1]:%u"},
	{SOCK_DGRAM, "127.0.0.1", "127.0.0.1:%u/udp"},
	{SOCK_STREAM, "0.0.0.0", NULL},
	{SOCK_STREAM, "::", NULL},
	{SOCK_DGRAM, "::", NULL},
};

static void a_port_that_peers_cannot_reach_is_named(void **state)
{
	const struct plan graph = {.edges = &edge, .edge_count = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct plan_listen listen_at;
		scoped(fd) int door = open_at(places[i].type, places[i].address, false, &listen_at);
		char place[64] = "", words[128] = "";

		if (places[i].type == SOCK_STREAM)
			assert_int_equal(listen(door, 1), 0);
		edge.transport = listen_at.transport;
		edge.port = listen_at.first;
		if (places[i].shown) {
			snprintf(place, sizeof(place), places[i].shown, listen_at.first);
			snprintf(words, sizeof(words),
				"it listens on %s, where its peers cannot reach it", place);
		}
		assert_string_equal(why_not(&listen_at, &graph), words);
		if (places[i].shown)
			assert_non_null(strstr(last_hint, "listen_addresses = '*'"));
	}
}

/* By one socket too many nobody is kept out. */
static void another_socket_makes_it_reachable(void **state)
{
	const struct plan graph = {.edges = &edge, .edge_count = 1};
	struct plan_listen listen_at, other;
	scoped(fd) int door = open_at(SOCK_STREAM, "127.0.0.1", false, &listen_at);
	scoped(fd) int more = open_at(SOCK_STREAM, "0.0.0.0", false, &other);

	(void)state;
	assert_int_equal(listen(door, 1), 0);
	assert_int_equal(listen(more, 1), 0);
	edge.transport = PLAN_TCP;
	edge.port = listen_at.first;
	assert_string_not_equal(why_not(&listen_at, &graph), "");
	/* As a range that both are of. */
	if (other.first < listen_at.first)
		listen_at.first = other.first;
	else
		listen_at.last = other.last;
	assert_string_equal(why_not(&listen_at, &graph), "");
}

/* `at`: it insists on its loopback, and who is to reach it is led there. */
static void a_daemon_that_insists_on_its_loopback_is_ready_there(void **state)
{
	static const struct {
		const char *address, *at;
		bool good;
	} cases[] = {
		{"127.0.0.1", "127.0.0.1", true},
		{"0.0.0.0", "127.0.0.1", true},
		{"::", "127.0.0.1", true},
		{"::ffff:127.0.0.1", "127.0.0.1", true},
		{"::1", "::1", true},
		{"::", "::1", true},
		{"127.0.0.9", "127.0.0.1", false},
		{"::1", "127.0.0.1", false},
		{"127.0.0.1", "::1", false},
		{"0.0.0.0", "::1", false},
	};
	struct plan graph = {.edges = &edge, .edge_count = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan_listen listen_at;
		scoped(fd) int door = open_at(SOCK_STREAM, cases[i].address, false, &listen_at);

		assert_int_equal(listen(door, 1), 0);
		listen_at.at = cases[i].at;
		edge.transport = PLAN_TCP;
		edge.port = publish.port = listen_at.first;
		assert_int_equal(why_not(&listen_at, &graph)[0] == '\0', cases[i].good);
		if (!cases[i].good)
			assert_non_null(strstr(last_hint, "which 'at' says"));
	}
	struct plan_listen listen_at;
	scoped(fd) int door = open_at(SOCK_STREAM, "::", false, &listen_at);
	graph = (struct plan){.publishes = &publish, .publish_count = 1};
	assert_int_equal(listen(door, 1), 0);
	listen_at.at = "127.0.0.1";
	publish.port = listen_at.first;
	publish.address = "::";
	assert_string_not_equal(why_not(&listen_at, &graph), "");
	assert_non_null(strstr(last_hint, "of that family"));
	publish.address = "0.0.0.0";
	assert_string_equal(why_not(&listen_at, &graph), "");
}

static void a_door_leads_to_its_own_family(void **state)
{
	const struct plan graph = {.publishes = &publish, .publish_count = 1};
	struct plan_listen listen_at;
	char words[128];

	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		scoped(fd) int door =
			open_at(SOCK_STREAM, wide ? "::" : "0.0.0.0", wide, &listen_at);

		assert_int_equal(listen(door, 1), 0);
		publish.port = listen_at.first;
		publish.address = wide ? "::" : "192.0.2.1";
		assert_string_equal(why_not(&listen_at, &graph), "");
	}
	scoped(fd) int both = open_at(SOCK_STREAM, "::", false, &listen_at);
	assert_int_equal(listen(both, 1), 0);
	publish.port = listen_at.first;
	publish.address = "0.0.0.0";
	assert_string_equal(why_not(&listen_at, &graph), "");
	/* At both, but for one family: the kernel says it in no table. */
	scoped(fd) int alone = open_at(SOCK_STREAM, "::", true, &listen_at);
	assert_int_equal(listen(alone, 1), 0);
	publish.port = listen_at.first;
	publish.address = "0.0.0.0";
	snprintf(words, sizeof(words), "it listens on [::]:%u, which 0.0.0.0:8443 does not lead to",
		listen_at.first);
	assert_string_equal(why_not(&listen_at, &graph), words);
	publish.address = "::";
	scoped(fd) int narrow = open_at(SOCK_STREAM, "0.0.0.0", false, &listen_at);
	assert_int_equal(listen(narrow, 1), 0);
	publish.port = listen_at.first;
	snprintf(words, sizeof(words), "it listens on 0.0.0.0:%u, which [::]:8443 does not lead to",
		listen_at.first);
	assert_string_equal(why_not(&listen_at, &graph), words);
	assert_non_null(strstr(last_hint, "of the other family"));
}

static void what_the_router_asks_is_to_be_reached(void **state)
{
	struct plan_listen listen_at;
	scoped(fd) int door = open_at(SOCK_STREAM, "127.0.0.1", false, &listen_at);
	struct plan_service service = {.name = "web",
		.role = "/etc/roles/own",
		.listens = &listen_at,
		.listen_count = 1,
		.life = {.healthy = {.kind = PLAN_PROBE_HTTP, .port = listen_at.first}}};
	const struct plan plan = {.services = &service, .service_count = 1};
	const struct stack_state about = {.folder = "/nonexistent", .plan = &plan};
	struct fault why = {0};

	(void)state;
	assert_int_equal(listen(door, 1), 0);
	assert_false(stack_ready(&about, &service, getpid(), &why));
	assert_non_null(strstr(why.text, ", where the router cannot ask it"));
	assert_int_equal(why.where.line, 7);
	assert_non_null(strstr(why.hint, "all its addresses"));
	service.life.healthy.kind = PLAN_PROBE_COMMAND;
	assert_true(stack_ready(&about, &service, getpid(), &why));
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
	assert_string_not_equal(why_not(&listen_at, NULL), "");
	assert_int_equal(listen(door, 1), 0);
	assert_string_equal(why_not(&listen_at, NULL), "");
	listen_at.path = arena_printf(arena, "%s/more", address.sun_path);
	assert_string_not_equal(why_not(&listen_at, NULL), "");
	unlink(address.sun_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_counts_when_somebody_listens),
		cmocka_unit_test(one_port_of_a_range_is_enough),
		cmocka_unit_test(a_port_that_peers_cannot_reach_is_named),
		cmocka_unit_test(another_socket_makes_it_reachable),
		cmocka_unit_test(a_daemon_that_insists_on_its_loopback_is_ready_there),
		cmocka_unit_test(a_door_leads_to_its_own_family),
		cmocka_unit_test(what_the_router_asks_is_to_be_reached),
		cmocka_unit_test(a_socket_counts_by_its_whole_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
