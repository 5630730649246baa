/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a network is made of is read back, and what differs from the plan is said. */

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network.h"
#include "enforce/network_link.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

static struct fault why;

static void verify_agrees_and_sees_drift(void **state)
{
	static const char widened[] =
		"add element inet bulkhead connects4 { 198.18.4.2 . tcp . 80 }";
	(void)state;

	why.text[0] = '\0';
	if (enforce_network_verify_router(&network_plan, router.network, &why))
		fail_msg("router: %s", why.text);
	for (int i = WEB; i <= WORKER; i++)
		if (enforce_network_verify_service(
			    &network_plan, &network_plan.services[i], networks[i], &why))
			fail_msg("service %d: %s", i, why.text);
	assert_int_equal(network_stack_load(networks[API], widened), 0);
	assert_int_equal(enforce_network_verify_service(
				 &network_plan, &network_plan.services[API], networks[API], &why),
		1);
	assert_string_equal(why.text, "network rules changed: set 'connects4'");
	assert_int_equal(network_stack_load(router.network, "flush ruleset"), 0);
	assert_int_equal(enforce_network_verify_router(&network_plan, router.network, &why), 1);
	assert_non_null(strstr(why.text, "gone"));
}

static void verify_says_what_differs(void **state)
{
	const struct plan_service *db = &network_plan.services[DB];

	(void)state;
	assert_int_equal(
		network_stack_load(networks[DB], "add rule inet bulkhead output accept"), 0);
	assert_int_equal(enforce_network_verify_service(&network_plan, db, networks[DB], &why), 1);
	assert_string_equal(why.text, "network rules that are not planned: rule of chain 'output'");
	assert_int_equal(network_stack_load(networks[DB], "flush chain inet bulkhead output"), 0);
	assert_int_equal(enforce_network_verify_service(&network_plan, db, networks[DB], &why), 1);
	assert_string_equal(why.text, "network rules are gone: rule of chain 'output'");
	assert_int_equal(network_stack_load(networks[API], "add table ip other"), 0);
	assert_int_equal(enforce_network_verify_service(
				 &network_plan, &network_plan.services[API], networks[API], &why),
		1);
	assert_string_equal(why.text, "network rules that are not planned: table 'other'");
}

static int add_route(int network)
{
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);
	scoped(netlink) struct enforce_netlink netlink = {0};
	const struct enforce_network_route route = {
		.family = AF_INET, .index = (int)if_nametoindex(NETWORK_SERVICE_LINK)};
	int error = home < 0 ? home : enforce_netlink_open(&netlink, (struct where){0}, &why);

	if (!error)
		error = enforce_network_route(&netlink, &route, &why);
	return error ? error : enforce_netlink_flush(&netlink, &why);
}

static int turn(int network, const char *knob, const char *value)
{
	const struct enforce_network_knob turned = {knob, value};
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);

	return home < 0 ? home : enforce_network_knobs(&turned, 1, (struct where){0}, &why);
}

static void a_changed_knob_or_route_is_drift(void **state)
{
	(void)state;
	assert_int_equal(add_route(networks[API]), 0);
	assert_int_equal(enforce_network_verify_service(
				 &network_plan, &network_plan.services[API], networks[API], &why),
		1);
	assert_non_null(strstr(why.text, "not planned but there: route default"));
	assert_int_equal(turn(networks[API], "ipv4/conf/all/forwarding", "1"), 0);
	assert_int_equal(enforce_network_verify_service(
				 &network_plan, &network_plan.services[API], networks[API], &why),
		1);
	assert_non_null(strstr(why.text, "forwarding"));
}

/* What the kernel answers somebody without any capability who binds @port there: 0 or an errno. */
static int bind_as_nobody(int network, uint16_t port)
{
	const struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		int home = enforce_network_visit(network, (struct where){0}, &why);
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (home < 0 || fd < 0 || setuid(65534) < 0)
			_exit(255);
		_exit(bind(fd, (const struct sockaddr *)&here, sizeof(here)) < 0 ? errno : 0);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void low_ports_are_for_who_listens_on_one(void **state)
{
	struct plan_listen listens = {.transport = PLAN_UDP, .first = 53, .last = 53};
	struct plan_service low = network_plan.services[WORKER];
	scoped(fd) int network = -1;

	(void)state;
	low.listens = &listens;
	low.listen_count = 1;
	assert_int_equal(enforce_network_service(&network_plan, &low, -1, &network, &why), 0);
	assert_int_equal(bind_as_nobody(network, 53), 0);
	assert_int_equal(bind_as_nobody(networks[API], 54), EACCES);
	assert_int_equal(bind_as_nobody(networks[API], 3001), 0);
	assert_int_equal(turn(networks[API], "ipv4/ip_unprivileged_port_start", "0"), 0);
	assert_int_equal(enforce_network_verify_service(
				 &network_plan, &network_plan.services[API], networks[API], &why),
		1);
	assert_non_null(strstr(why.text, "ip_unprivileged_port_start"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETWORK_STACK_TEST(verify_agrees_and_sees_drift),
		NETWORK_STACK_TEST(verify_says_what_differs),
		NETWORK_STACK_TEST(a_changed_knob_or_route_is_drift),
		NETWORK_STACK_TEST(low_ports_are_for_who_listens_on_one),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
