/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Past the router's network stack goes what belongs to a connection between peers, and nothing
 * else: shown with the tables of both services flushed, so that the program alone decides.
 */

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "enforce/network_link.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "enforce/program.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

enum { TCX_INGRESS = 46 };

static struct fault why;

static int link_of(int service)
{
	return enforce_network_link_index(network_plan.services[service].link);
}

/* Whether this kernel could, whatever is attached. */
static bool kernel_can(void)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena};
	scoped(fd) int space = enforce_network_space((struct where){0}, &why);
	scoped(visit) int home =
		space < 0 ? -1 : enforce_network_visit(space, (struct where){0}, &why);

	enforce_program_answer(&program, -1);
	enforce_program_end(&program);
	scoped(fd) int any = enforce_program_load(&program, BPF_PROG_TYPE_SCHED_CLS, 0, "any");
	return home >= 0 && any >= 0 &&
	       enforce_program_attach((int)if_nametoindex("lo"), any, TCX_INGRESS) == 0;
}

static void flush(int service)
{
	scoped(visit) int home = enforce_network_visit(networks[service], (struct where){0}, &why);

	assert_true(home >= 0);
	assert_int_equal(enforce_nft_load("flush ruleset", "change", (struct where){0}, &why), 0);
}

/* Packets that the router itself has sent to @service. */
static unsigned long sent_to(int service)
{
	scoped(visit) int home = enforce_network_visit(router.network, (struct where){0}, &why);
	scoped(file) FILE *table = home < 0 ? NULL : fopen("/proc/thread-self/net/dev", "re");
	char line[256], name[NETWORK_LINK_NAME + 1];
	unsigned long sent = 0;

	assert_non_null(table);
	enforce_network_link_name(network_plan.services[service].link, name);
	strcat(name, ":");
	while (fgets(line, sizeof(line), table)) {
		const char *at = strstr(line, name);

		if (at)
			sscanf(at + strlen(name), "%*u%*u%*u%*u%*u%*u%*u%*u%*u%lu", &sent);
	}
	return sent;
}

static void a_connection_takes_it(void **state)
{
	const struct plan_service *db = &network_plan.services[DB];

	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		pid_t server = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 5432);
		unsigned long before = sent_to(DB);
		char answer[80];

		assert_true(server > 0);
		assert_int_equal(peer_ask(networks[API], SOCK_STREAM, NULL,
					 wide ? db->address6 : db->address4, 5432, answer),
			0);
		peer_stop(server);
		/* The first packet goes the long way; at least the answer to its answer does not.
		 */
		assert_true(sent_to(DB) - before >= 1);
		assert_true(sent_to(DB) - before <= 2);
	}
}

/* A socket in @service's network that sends and gets TCP segments as they are. */
static int raw_socket(int service, bool wide)
{
	scoped(visit) int home = enforce_network_visit(networks[service], (struct where){0}, &why);
	int fd = home < 0 ? -1
			  : socket(wide ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);

	assert_true(fd >= 0);
	return fd;
}

static uint32_t sum(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint32_t total = 0;

	for (size_t i = 0; i + 1 < length; i += 2)
		total += (uint32_t)at[i] << 8 | at[i + 1];
	return total;
}

struct segment {
	int from, to;   /* services */
	const char *as; /* another's address, or NULL */
	uint16_t source, port;
	uint8_t flags;
	bool wide;
};

static struct tcphdr header_of(const struct segment *segment)
{
	struct tcphdr header = {.source = htons(segment->source),
		.dest = htons(segment->port),
		.doff = sizeof(header) / 4,
		.seq = htonl(77),
		.window = htons(1000)};

	header.th_flags = segment->flags;
	return header;
}

/* By IPv6 the kernel adds the checksum. */
static void send_wide(const struct segment *segment, int fd)
{
	const int sum_at = offsetof(struct tcphdr, th_sum);
	struct sockaddr_in6 to = {.sin6_family = AF_INET6}, from = {.sin6_family = AF_INET6};
	const struct tcphdr header = header_of(segment);

	inet_pton(AF_INET6, network_plan.services[segment->to].address6, &to.sin6_addr);
	inet_pton(AF_INET6, network_plan.services[segment->from].address6, &from.sin6_addr);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &sum_at, sizeof(sum_at)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(
		sendto(fd, &header, sizeof(header), 0, (const struct sockaddr *)&to, sizeof(to)),
		sizeof(header));
}

static void send_segment(const struct segment *segment, int fd)
{
	const int yes = 1;
	struct sockaddr_in to = {.sin_family = AF_INET}, from = {.sin_family = AF_INET};
	struct tcphdr header = header_of(segment);
	const uint16_t rest[] = {htons(IPPROTO_TCP), htons(sizeof(header))};

	inet_pton(AF_INET, network_plan.services[segment->to].address4, &to.sin_addr);
	inet_pton(AF_INET,
		segment->as ? segment->as : network_plan.services[segment->from].address4,
		&from.sin_addr);
	uint32_t total = sum(&header, sizeof(header)) + sum(&to.sin_addr, 4) +
			 sum(&from.sin_addr, 4) + sum(rest, sizeof(rest));
	total = (total & 0xffff) + (total >> 16);
	total = (total & 0xffff) + (total >> 16);
	header.check = htons((uint16_t)~total);
	setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &yes, sizeof(yes));
	assert_int_equal(bind(fd, (const struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(
		sendto(fd, &header, sizeof(header), 0, (const struct sockaddr *)&to, sizeof(to)),
		sizeof(header));
}

/* Within so many milliseconds. */
static bool comes(int fd, const struct segment *segment, int patience)
{
	struct pollfd waits = {.fd = fd, .events = POLLIN};
	uint8_t packet[256];

	while (poll(&waits, 1, patience) > 0) {
		ssize_t got = recv(fd, packet, sizeof(packet), 0);
		const int before = segment->wide ? 0 : (packet[0] & 15) * 4;
		const struct tcphdr *header = (const void *)(packet + before);

		if (got >= before + (ssize_t)sizeof(*header) &&
			ntohs(header->dest) == segment->port &&
			ntohs(header->source) == segment->source &&
			header->th_flags == segment->flags)
			return true;
	}
	return false;
}

static bool comes_within(const struct segment segment, int patience)
{
	scoped(fd) int from = raw_socket(segment.from, segment.wide);
	scoped(fd) int to = raw_socket(segment.to, segment.wide);

	if (segment.wide)
		send_wide(&segment, from);
	else
		send_segment(&segment, from);
	return comes(to, &segment, patience);
}

/* However busy the machine is. */
static bool arrives(const struct segment segment)
{
	return comes_within(segment, 5000);
}

/* A tenth of a second is a thousand times what it takes. */
static bool is_lost(const struct segment segment)
{
	return !comes_within(segment, 100);
}

static void only_what_an_edge_joins_takes_it(void **state)
{
	const uint8_t more = TH_ACK | TH_PUSH;

	(void)state;
	flush(WEB);
	flush(API);
	flush(DB);
	/* Both directions of an edge, and its end. */
	assert_true(arrives((struct segment){API, DB, NULL, 40000, 5432, more}));
	assert_true(arrives((struct segment){DB, API, NULL, 5432, 40000, more}));
	assert_true(arrives((struct segment){DB, API, NULL, 5432, 40000, TH_RST}));
	/* Another port, at either end; the port of the client's side is no way back. */
	assert_true(is_lost((struct segment){API, DB, NULL, 40000, 5433, more}));
	assert_true(is_lost((struct segment){DB, API, NULL, 5433, 40000, more}));
	assert_true(is_lost((struct segment){API, DB, NULL, 5432, 40000, more}));
	assert_true(is_lost((struct segment){DB, API, NULL, 40000, 5432, more}));
	/* No edge; and somebody else's address. */
	assert_true(is_lost((struct segment){WEB, DB, NULL, 40000, 5432, more}));
	assert_true(is_lost((struct segment){WEB, DB, "198.18.4.3", 40000, 5432, more}));
	/* What begins a connection is judged by the table, also where an edge leads. */
	assert_true(is_lost((struct segment){DB, API, NULL, 5432, 40000, TH_SYN}));
	assert_true(arrives((struct segment){API, DB, NULL, 40001, 5432, TH_SYN}));
}

/* api with a thousand edges: to services that are away, and to ports of db. */
enum { AWAY = 200, PORTS = 800, FIRST_PORT = 10000, FIRST_AWAY = 20 };
static struct plan_service many_services[SERVICES + AWAY];
static struct plan_edge many_edges[AWAY + PORTS + 1];
static struct plan many;

static int build_many(void **state)
{
	static char names[AWAY][16], addresses4[AWAY][16], addresses6[AWAY][32];

	(void)state;
	many = network_plan;
	memcpy(many_services, network_plan.services, SERVICES * sizeof(*many_services));
	many.services = many_services;
	many.service_count = SERVICES + AWAY;
	many.edges = many_edges;
	many.edge_count = AWAY + PORTS + 1;
	for (uint32_t i = 0; i < AWAY; i++) {
		snprintf(names[i], sizeof(names[i]), "away-%u", i);
		snprintf(addresses4[i], sizeof(addresses4[i]), "198.18.4.%u", FIRST_AWAY + i);
		snprintf(addresses6[i], sizeof(addresses6[i]), "fd62:6b68::%x", FIRST_AWAY + i);
		many_services[SERVICES + i] = (struct plan_service){.name = names[i],
			.linked = true,
			.link = FIRST_AWAY + i,
			.address4 = addresses4[i],
			.address6 = addresses6[i]};
		many_edges[i] = (struct plan_edge){
			.from = "api", .to = names[i], .transport = PLAN_TCP, .port = 5432};
	}
	for (uint32_t i = 0; i < PORTS; i++)
		many_edges[AWAY + i] = (struct plan_edge){.from = "api",
			.to = "db",
			.transport = PLAN_TCP,
			.port = FIRST_PORT + 2 * i};
	many_edges[AWAY + PORTS] =
		(struct plan_edge){.from = "web", .to = "api", .transport = PLAN_TCP, .port = 5432};
	return network_stack_build_of(&many);
}

static const char closed[] = "flush ruleset\n"
			     "table inet closed {\n"
			     "chain forward {\n"
			     "type filter hook forward priority filter; policy drop;\n"
			     "}\n"
			     "}\n";

/* Both ways, and by the port of the edge alone. */
static void datagrams_of_an_edge_take_it(void **state)
{
	(void)state;
	for (int i = WEB; i <= DB; i++)
		flush(i);
	assert_int_equal(network_stack_load(router.network, closed), 0);
	for (int wide = 0; wide < 2; wide++) {
		const char *all = wide ? "::" : "0.0.0.0", *db = network_stack_address(DB, wide);
		pid_t right = peer_serve(networks[DB], SOCK_DGRAM, all, 53);
		pid_t wrong = peer_serve(networks[DB], SOCK_DGRAM, all, 54);
		char answer[80];

		assert_true(right > 0 && wrong > 0);
		assert_int_equal(peer_ask(networks[WEB], SOCK_DGRAM, NULL, db, 53, answer), 0);
		assert_int_not_equal(peer_ask(networks[WEB], SOCK_DGRAM, NULL, db, 54, answer), 0);
		assert_int_not_equal(peer_ask(networks[API], SOCK_DGRAM, NULL, db, 53, answer), 0);
		peer_stop(right);
		peer_stop(wrong);
	}
}

/* The long way is closed, so what arrives came by the short one. */
static void of_a_thousand_edges_each_takes_it(void **state)
{
	static const uint16_t ports[] = {
		FIRST_PORT, FIRST_PORT + PORTS - 2, FIRST_PORT + PORTS, FIRST_PORT + 2 * PORTS - 2};

	(void)state;
	for (int i = WEB; i <= DB; i++)
		flush(i);
	assert_int_equal(network_stack_load(router.network, closed), 0);
	for (int wide = 0; wide < 2; wide++) {
		for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
			const uint16_t port = ports[i], next = (uint16_t)(port + 1);

			assert_true(arrives(
				(struct segment){API, DB, NULL, 40000, port, TH_ACK, wide}));
			assert_true(arrives(
				(struct segment){DB, API, NULL, port, 40000, TH_ACK, wide}));
			assert_true(is_lost(
				(struct segment){API, DB, NULL, 40000, port, TH_SYN, wide}));
			assert_true(is_lost(
				(struct segment){API, DB, NULL, 40000, next, TH_ACK, wide}));
			assert_true(is_lost(
				(struct segment){DB, API, NULL, next, 40000, TH_ACK, wide}));
			assert_true(is_lost(
				(struct segment){API, WEB, NULL, 40000, port, TH_ACK, wide}));
			assert_true(is_lost(
				(struct segment){WEB, DB, NULL, 40000, port, TH_ACK, wide}));
		}
		/* The port of others, and of another direction. */
		assert_true(is_lost((struct segment){API, DB, NULL, 40000, 5432, TH_ACK, wide}));
		assert_true(is_lost((struct segment){API, WEB, NULL, 40000, 5432, TH_ACK, wide}));
		assert_true(arrives((struct segment){API, WEB, NULL, 5432, 40000, TH_ACK, wide}));
		assert_true(arrives((struct segment){WEB, API, NULL, 40000, 5432, TH_ACK, wide}));
	}
}

/* Also where the kernel does not look whether there is a way back to who is said to have sent it,
 * which it never does for IPv6. */
static void who_sends_is_known_by_the_link(void **state)
{
	static const struct enforce_network_knob knobs[] = {
		{"ipv4/conf/all/rp_filter", "0"},
		{"ipv4/conf/s1/rp_filter", "0"},
		{"ipv4/conf/s2/rp_filter", "0"},
		{"ipv4/conf/s3/rp_filter", "0"},
	};
	scoped(visit) int home = enforce_network_visit(router.network, (struct where){0}, &why);

	(void)state;
	assert_true(home >= 0);
	assert_int_equal(enforce_network_knobs(
				 knobs, sizeof(knobs) / sizeof(knobs[0]), (struct where){0}, &why),
		0);
	flush(WEB);
	flush(API);
	flush(DB);
	/* As api, which may ask db; and as db, which may answer api. */
	assert_true(is_lost((struct segment){WEB, DB, "198.18.4.3", 40000, 5432, TH_SYN}));
	assert_true(is_lost((struct segment){WEB, API, "198.18.4.4", 5432, 40000, TH_ACK}));
	assert_true(arrives((struct segment){API, DB, NULL, 40001, 5432, TH_SYN}));
	assert_true(arrives((struct segment){DB, API, NULL, 5432, 40000, TH_ACK}));
}

static void another_program_is_seen(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena};

	(void)state;
	assert_int_equal(enforce_network_verify_router(&network_plan, router.network, &why), 0);
	enforce_program_answer(&program, -1);
	enforce_program_end(&program);
	scoped(fd) int stranger =
		enforce_program_load(&program, BPF_PROG_TYPE_SCHED_CLS, 0, "stranger");
	assert_true(stranger >= 0);
	scoped(visit) int home = enforce_network_visit(router.network, (struct where){0}, &why);
	assert_true(home >= 0);
	assert_int_equal(enforce_program_attach(link_of(DB), stranger, TCX_INGRESS), 0);
	assert_int_equal(enforce_network_verify_router(&network_plan, router.network, &why), 1);
	assert_non_null(strstr(why.text, "'db'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETWORK_STACK_TEST(a_connection_takes_it),
		NETWORK_STACK_TEST(only_what_an_edge_joins_takes_it),
		NETWORK_STACK_TEST(datagrams_of_an_edge_take_it),
		cmocka_unit_test_setup_teardown(
			of_a_thousand_edges_each_takes_it, build_many, network_stack_take_down),
		NETWORK_STACK_TEST(who_sends_is_known_by_the_link),
		NETWORK_STACK_TEST(another_program_is_seen),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	if (!kernel_can()) {
		puts("SKIP: this kernel has no programs for packets of a link (tcx, Linux 6.6)");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
