/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Clients and daemons that know 127.0.0.1 alone meet along declared edges, and nobody else does. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

enum { INNER = 5432, WIDE_INNER = 5433, PUBLISHED = 8443, HIDDEN = 9000 };

static struct fault why;

static struct plan_listen db_listens[] = {
	{.first = INNER, .last = INNER, .at = "127.0.0.1"},
	{.first = WIDE_INNER, .last = WIDE_INNER, .at = "::1"},
	{.first = PUBLISHED, .last = PUBLISHED, .at = "127.0.0.1"},
	{.transport = PLAN_UDP, .first = 53, .last = 53, .at = "127.0.0.1"},
};
static struct plan_listen api_listens[] = {
	{.first = 3000, .last = 3000},
};

static struct plan_edge edges[] = {
	/* An old client. */
	{.from = "web", .to = "api", .port = 3000, .at = "127.0.0.1", .at_port = 8080},
	/* An old client and an old daemon. */
	{.from = "web", .to = "db", .port = INNER, .at = "127.0.0.1", .at_port = INNER},
	{.from = "web", .to = "db", .port = WIDE_INNER, .at = "::1", .at_port = 6432},
	{.from = "web",
		.to = "db",
		.transport = PLAN_UDP,
		.port = 53,
		.at = "127.0.0.1",
		.at_port = 53},
	/* An old daemon. */
	{.from = "api", .to = "db", .port = INNER},
};

static struct plan_publish publishes[] = {
	{.service = "db", .port = PUBLISHED, .host_port = 443, .address = "0.0.0.0"},
};

static struct plan_service services[SERVICES];
static struct plan plan;

static void fill_plan(void)
{
	plan = network_plan;
	memcpy(services, plan.services, sizeof(services));
	services[API].listens = api_listens;
	services[API].listen_count = 1;
	services[DB].listens = db_listens;
	services[DB].listen_count = sizeof(db_listens) / sizeof(db_listens[0]);
	services[DB].default_route = true;
	plan.services = services;
	plan.edges = edges;
	plan.edge_count = sizeof(edges) / sizeof(edges[0]);
	plan.publishes = publishes;
	plan.publish_count = 1;
}

static int build(void **state)
{
	(void)state;
	return network_stack_build_of(&plan);
}

/* Who @server in @to at @at sees when @from asks for @address; "" when it is refused. */
static const char *seen(int from, int type, const char *address, unsigned port, int to,
	const char *at, unsigned served)
{
	static char answer[80];
	pid_t server = peer_serve(networks[to], type, at, served);

	assert_true(server > 0);
	if (peer_ask(networks[from], type, NULL, address, port, answer) != 0)
		answer[0] = '\0';
	answer[strcspn(answer, " ")] = '\0';
	peer_stop(server);
	return answer;
}

static void an_old_client_reaches_its_peer(void **state)
{
	(void)state;
	assert_string_equal(
		seen(WEB, SOCK_STREAM, "127.0.0.1", 8080, API, "0.0.0.0", 3000), "198.18.4.2");
	/* By name as well. */
	assert_string_equal(
		seen(WEB, SOCK_STREAM, "198.18.4.3", 3000, API, "0.0.0.0", 3000), "198.18.4.2");
	assert_string_equal(
		seen(WEB, SOCK_STREAM, "fd62:6b68::3", 3000, API, "::", 3000), "fd62:6b68::2");
}

/* Its own loopback stays its own but for that one port. */
static void other_loopback_ports_stay_its_own(void **state)
{
	(void)state;
	assert_string_equal(seen(WEB, SOCK_STREAM, "127.0.0.1", 3000, API, "0.0.0.0", 3000), "");
	assert_string_equal(seen(WEB, SOCK_STREAM, "127.0.0.2", 8080, API, "0.0.0.0", 3000), "");
	assert_string_equal(
		seen(WEB, SOCK_STREAM, "127.0.0.1", 3000, WEB, "127.0.0.1", 3000), "127.0.0.1");
	assert_string_equal(seen(WEB, SOCK_STREAM, "::1", 8080, WEB, "::1", 8080), "::1");
	assert_string_equal(
		seen(DB, SOCK_STREAM, "127.0.0.1", HIDDEN, DB, "127.0.0.1", HIDDEN), "127.0.0.1");
}

static void an_old_daemon_is_reached_and_sees_its_loopback(void **state)
{
	(void)state;
	assert_string_equal(
		seen(API, SOCK_STREAM, "198.18.4.4", INNER, DB, "127.0.0.1", INNER), "127.0.0.1");
	assert_string_equal(
		seen(API, SOCK_STREAM, "198.18.4.4", INNER, DB, "0.0.0.0", INNER), "127.0.0.1");
}

static void an_old_client_meets_an_old_daemon(void **state)
{
	(void)state;
	assert_string_equal(
		seen(WEB, SOCK_STREAM, "127.0.0.1", INNER, DB, "127.0.0.1", INNER), "127.0.0.1");
	assert_string_equal(seen(WEB, SOCK_STREAM, "::1", 6432, DB, "::1", WIDE_INNER), "::1");
	assert_string_equal(
		seen(WEB, SOCK_DGRAM, "127.0.0.1", 53, DB, "127.0.0.1", 53), "127.0.0.1");
}

static void nothing_else_on_its_loopback_is_reached(void **state)
{
	(void)state;
	/* Also when the router would let it pass: the service's own table holds. */
	for (int flushed = 0; flushed < 2; flushed++) {
		assert_string_equal(
			seen(WEB, SOCK_STREAM, "198.18.4.4", HIDDEN, DB, "127.0.0.1", HIDDEN), "");
		assert_string_equal(
			seen(WEB, SOCK_STREAM, "198.18.4.4", HIDDEN, DB, "0.0.0.0", HIDDEN), "");
		/* No edge of api's. */
		assert_string_equal(
			seen(API, SOCK_STREAM, "198.18.4.4", PUBLISHED, DB, "127.0.0.1", PUBLISHED),
			"");
		assert_string_equal(
			seen(API, SOCK_STREAM, "fd62:6b68::4", WIDE_INNER, DB, "::1", WIDE_INNER),
			"");
		assert_int_equal(network_stack_load(router.network, "flush ruleset"), 0);
	}
}

/* Nobody from outside is taken for local. */
static void the_router_and_clients_keep_their_address(void **state)
{
	static const unsigned ports[] = {INNER, PUBLISHED};
	char answer[80];

	(void)state;
	for (int i = 0; i < 2; i++) {
		pid_t db = peer_serve(networks[DB], SOCK_STREAM, "127.0.0.1", ports[i]);

		assert_true(db > 0);
		assert_int_equal(
			peer_ask(router.network, SOCK_STREAM, NULL, "198.18.4.4", ports[i], answer),
			0);
		assert_memory_equal(answer, "198.18.4.1 ", 11);
		if (ports[i] == PUBLISHED) {
			assert_int_equal(peer_ask(router.network, SOCK_STREAM, "192.0.2.7",
						 "198.18.4.4", PUBLISHED, answer),
				0);
			assert_memory_equal(answer, "192.0.2.7 ", 10);
		}
		peer_stop(db);
	}
}

/* A datagram for 127.0.0.1:@port of db, sent into its link by somebody in the router. */
static int inject(unsigned port)
{
	scoped(visit) int home = enforce_network_visit(router.network, (struct where){0}, &why);
	struct {
		struct iphdr ip;
		struct udphdr udp;
		char byte;
	} __attribute__((packed)) packet = {
		.ip = {.ihl = 5, .version = 4, .ttl = 64, .protocol = IPPROTO_UDP},
		.udp = {.source = htons(1234), .dest = htons((uint16_t)port)},
	};
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_halen = ETH_ALEN,
		.sll_addr = {2, 0x62, 0, 0, 0, 3}};
	uint32_t sum = 0;

	packet.ip.tot_len = htons(sizeof(packet));
	packet.ip.saddr = inet_addr("198.18.4.2");
	packet.ip.daddr = inet_addr("127.0.0.1");
	packet.udp.len = htons(sizeof(packet.udp) + 1);
	for (size_t i = 0; i < sizeof(packet.ip) / 2; i++) {
		uint16_t word;

		memcpy(&word, (char *)&packet.ip + 2 * i, sizeof(word));
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	packet.ip.check = (uint16_t) ~(sum + (sum >> 16));
	to.sll_ifindex = (int)if_nametoindex("s3");
	scoped(fd) int fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	return home < 0 || fd < 0 ||
	       sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to)) !=
		       (ssize_t)sizeof(packet);
}

/* A socket in db's namespace, made by a thread that came for it. */
static int receiver(unsigned port)
{
	const struct timeval moment = {.tv_usec = 300000};
	scoped(visit) int home = enforce_network_visit(networks[DB], (struct where){0}, &why);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	at.sin_addr.s_addr = inet_addr("127.0.0.1");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof(moment));
	assert_true(home >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

/* The knob that lets the link carry loopback addresses lets nobody use them. */
static void loopback_addresses_do_not_come_by_a_link(void **state)
{
	scoped(fd) int fd = receiver(53);
	char byte;

	(void)state;
	assert_int_equal(
		network_stack_load(networks[DB], "flush chain inet bulkhead input; add rule inet "
						 "bulkhead input accept"),
		0);
	assert_int_equal(inject(53), 0);
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	/* That chain alone stood in its way. */
	assert_int_equal(network_stack_load(networks[DB], "flush chain inet bulkhead martian"), 0);
	assert_int_equal(inject(53), 0);
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
}

static void instances_take_turns(void **state)
{
	struct plan_edge *changed = &edges[4];
	const struct plan_edge before = *changed;
	int seen_api = 0, seen_db = 0;
	char answer[80];

	(void)state;
	*changed = (struct plan_edge){
		.from = "web", .to = "db", .port = INNER, .at = "127.0.0.1", .at_port = 8080};
	assert_int_equal(network_stack_build_of(&plan), 0);
	pid_t api = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 3000);
	for (int i = 0; i < 4; i++)
		seen_api +=
			peer_ask(networks[WEB], SOCK_STREAM, NULL, "127.0.0.1", 8080, answer) == 0;
	peer_stop(api);
	pid_t db = peer_serve(networks[DB], SOCK_STREAM, "127.0.0.1", INNER);
	for (int i = 0; i < 4; i++)
		seen_db +=
			peer_ask(networks[WEB], SOCK_STREAM, NULL, "127.0.0.1", 8080, answer) == 0;
	peer_stop(db);
	network_stack_take_down(NULL);
	*changed = before;
	assert_int_equal(seen_api, 2);
	assert_int_equal(seen_db, 2);
}

static int change_knob(int network)
{
	static const struct enforce_network_knob knob = {"ipv4/conf/eth0/route_localnet", "1"};
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);

	return home < 0 ? home : enforce_network_knobs(&knob, 1, (struct where){0}, &why);
}

static int verify(int service)
{
	why.text[0] = '\0';
	return enforce_network_verify_service(&plan, &services[service], networks[service], &why);
}

static void verify_agrees_and_sees_drift(void **state)
{
	(void)state;
	for (int i = 0; i < SERVICES; i++)
		if (verify(i))
			fail_msg("service %d: %s", i, why.text);
	assert_int_equal(change_knob(networks[API]), 0);
	assert_int_equal(verify(API), 1);
	assert_non_null(strstr(why.text, "route_localnet"));
	assert_int_equal(network_stack_load(networks[DB], "flush chain inet bulkhead martian"), 0);
	assert_int_equal(verify(DB), 1);
	assert_string_equal(why.text, "network rules are gone: rule of chain 'martian'");
}

static void hosts_name_a_peer_where_it_is(void **state)
{
	scoped(arena) struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(enforce_network_hosts(&plan, &services[API], arena),
		"127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
		"198.18.4.3 api\nfd62:6b68::3 api\n198.18.4.4 db\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_name_a_peer_where_it_is),
		cmocka_unit_test_setup_teardown(
			an_old_client_reaches_its_peer, build, network_stack_take_down),
		cmocka_unit_test_setup_teardown(
			other_loopback_ports_stay_its_own, build, network_stack_take_down),
		cmocka_unit_test_setup_teardown(an_old_daemon_is_reached_and_sees_its_loopback,
			build, network_stack_take_down),
		cmocka_unit_test_setup_teardown(
			an_old_client_meets_an_old_daemon, build, network_stack_take_down),
		cmocka_unit_test_setup_teardown(
			nothing_else_on_its_loopback_is_reached, build, network_stack_take_down),
		cmocka_unit_test_setup_teardown(
			the_router_and_clients_keep_their_address, build, network_stack_take_down),
		cmocka_unit_test_setup_teardown(
			loopback_addresses_do_not_come_by_a_link, build, network_stack_take_down),
		cmocka_unit_test(instances_take_turns),
		cmocka_unit_test_setup_teardown(
			verify_agrees_and_sees_drift, build, network_stack_take_down),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	fill_plan();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
