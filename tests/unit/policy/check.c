/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What all of a policy decides together: edges, doors, sockets, order. */

#include "judged.h"

#define DB                                                                                         \
	"  db: {role: bare, command: db, listens: [5432, 53/udp, 9300-9302, {unix: /run/db/s}]}\n"
#define SERVICE WEB "    "

static void an_edge_agrees_with_what_its_peer_listens_on(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		SERVICE "connects: [db:5432, db:53/udp, db:9300-9302, \"db:unix:/run/db/s\"]\n" DB);

	assert_int_equal(web->connect_count, 6);
	assert_string_equal(web->connects[0].peer, "db");
	assert_int_equal(web->connects[0].port, 5432);
	assert_int_equal(web->connects[0].listen.line, 8);
	assert_int_equal(web->connects[0].listen.column, 43);
	assert_int_equal(web->connects[1].transport, POLICY_UDP);
	assert_int_equal(web->connects[4].port, 9302);
	assert_string_equal(web->connects[5].path, "/run/db/s");
	static const struct refused cases[] = {
		{SERVICE "connects: [db:5433]\n" DB,
			"7:16: error: 'db' does not listen on port 5433\n",
			"shop.yaml:8:43: it listens here\n"},
		{SERVICE "connects: [db:5433]\n" DB,
			"hint: 'db' listens on 5432, 53/udp, 9300-9302", NULL},
		{SERVICE "connects: [db:5432/udp]\n" DB, "'db' does not listen on port 5432/udp",
			NULL},
		{SERVICE "connects: [db:53]\n" DB, "'db' does not listen on port 53\n", NULL},
		{SERVICE "connects: [db:9300-9303]\n" DB, "'db' does not listen on port 9303",
			NULL},
		{SERVICE "connects: [\"db:unix:/run/db/t\"]\n" DB,
			"'db' does not listen on socket /run/db/t", "unix:/run/db/s"},
		{SERVICE "connects: [db:5432]\n  db: {role: bare, command: db}\n",
			"8:3: it listens on nothing", "add listens to 'db'"},
		{SERVICE "connects: [dbb:5432]\n" DB, "7:16: error: unknown service 'dbb'",
			"did you mean 'db'"},
		{SERVICE "connects: [elsewhere:5432]\n" DB, "unknown service 'elsewhere'",
			"one outside is written with its domain"},
		{SERVICE "connects: [web:80]\n    listens: [80]\n", "'web' connects to itself",
			"127.0.0.1"},
		{SERVICE "connects: [db:5432, db:5432]\n" DB, "peer 'db' is given twice",
			"7:16: first given here"},
		{SERVICE "connects: [internet:443]\n", "'internet:443' names everybody",
			"0.0.0.0/0"},
		{SERVICE "connects: [internet]\n", "'internet' names everybody", NULL},
		{SERVICE "connects: [\"api.a.com:443\"]\n", "leaves the stack and needs 'why'",
			"write {to: \"api.a.com:443\", why: what for}"},
		{SERVICE "connects: [\"127.0.0.1:3306\"]\n",
			"'127.0.0.1:3306' is the service itself", "host:PORT"},
		{SERVICE "connects: [{to: \"[::1]:3306\", why: x}]\n", "is the service itself",
			"host:PORT"},
		{SERVICE "connects: [{why: x}]\n", "an item of 'connects' needs 'to'", NULL},
		{SERVICE "connects: [{to: db:5432, bytes: 5}]\n" DB,
			"'5' is not a value for 'bytes'", "50MB/h"},
		{SERVICE "connects: [{to: db:5432, bandwidth: 5}]\n" DB, "for 'bandwidth'",
			"2mbit"},
		{SERVICE "connects: [{to: db:5432, new-connections: 5}]\n" DB, "'new-connections'",
			"20/s"},
		{SERVICE "connects: [{to: db:5432, until: 2026-13-01}]\n" DB, "is not a date",
			"2026-12-31"},
		{SERVICE "connects: [{to: db:5432, at: 127.0.0.1}]\n" DB,
			"is not an address and a port", "127.0.0.1:5432"},
		{SERVICE
			"connects: [{to: 10.9.0.0/16:1, why: x}]\naddresses: {ipv4: 10.9.1.0/24}\n",
			"overlaps the stack's own addresses", "8:19: given here"},
		{SERVICE "connects: db:5432\n" DB, "'connects' must be a list", "- db:5432"},
	};
	EACH_IS_REFUSED(cases);
}

static void an_address_of_the_loopback_leads_to_one_peer(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		SERVICE "connects: [{to: db:5432, at: 127.0.0.1:5432}, {to: \"db:53/udp\", at: "
			"\"[0::1]:53\"}]\n    listens: [{port: 80, at: 127.0.0.1}]\n" DB);

	assert_string_equal(web->connects[0].at, "127.0.0.1");
	assert_int_equal(web->connects[0].at_port, 5432);
	assert_string_equal(web->connects[1].at, "::1");
	assert_string_equal(web->listens[0].at, "127.0.0.1");
	static const struct refused cases[] = {
		{SERVICE "connects: [{to: db:5432, at: 127.0.0.1:1}, {to: \"db:unix:/run/db/s\", "
			 "at: 127.0.0.1:2}]\n" DB,
			"a socket path is not looked for at an address", NULL},
		{SERVICE "connects: [{to: db:5432, at: 10.0.0.1:5432}]\n" DB,
			"7:34: error: '10.0.0.1:5432' is not on the service's own loopback",
			"write at: 127.0.0.1:5432, or leave 'at' out"},
		{SERVICE "connects: [{to: db:5432, at: 127.0.0.1:53/udp}]\n" DB,
			"says which transport", "write /udp in 'to'"},
		{SERVICE "connects: [{to: db:5432, at: 127.0.0.1:1-9}]\n" DB,
			"is not an address and a port", NULL},
		{SERVICE "connects: [{to: db:9300-9301, at: 127.0.0.1:1}]\n" DB,
			"'at' stands for one port, not for a range", "an item for each port"},
		{SERVICE "connects: [{to: db:5432, at: 127.0.0.1:1}, {to: db:9300, at: "
			 "127.0.0.1:1}]\n" DB,
			"port 1 of 127.0.0.1 leads to 'db:5432' and to 'db:9300'",
			"7:34: first given here"},
		{SERVICE "connects: [{to: db:5432, at: 127.0.0.1:80}]\n    listens: [80]\n" DB,
			"'web' itself listens on port 80", "8:15: it listens here"},
		{SERVICE "listens: [{port: 80, at: 0.0.0.0}]\n",
			"'0.0.0.0' is not on the service's own loopback", "leave 'at' out"},
		{SERVICE "connects: [{to: old:1, at: \"[::1]:5432\"}]\n  old: {role: bare, "
			 "command: x, listens: [{port: 1, at: 127.0.0.1}]}\n",
			"'old' listens at 127.0.0.1, which ::1 does not lead to",
			"write at: 127.0.0.1:5432"},
	};
	EACH_IS_REFUSED(cases);
	judge(SERVICE "listens: [{port: 80, at: 127.0.0.1}]\n    publishes: {80: \"::\"}\n");
	says("8:21: error: 'web' listens at 127.0.0.1, which :: does not lead to");
	/* Two transports, and two addresses, are two; so is its own daemon at another address. */
	judge_good(SERVICE
		"connects: [{to: db:5432, at: 127.0.0.1:1}, {to: db:53/udp, at: 127.0.0.1:1}, {to: "
		"db:9300, at: 127.0.0.2:1}]\n    listens: [{port: 1, at: 127.0.0.3}]\n" DB);
}

static void the_host_is_reached_at_a_port_with_a_reason(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		SERVICE "connects: [{to: host:3306-3307, why: x}, {to: host:25, why: y, at: "
			"127.0.0.1:25}]\n");

	assert_int_equal(web->connect_count, 3);
	assert_true(web->connects[1].host);
	assert_string_equal(web->connects[1].peer, "host");
	assert_int_equal(web->connects[1].port, 3307);
	assert_int_equal(web->connects[2].at_port, 25);
	static const struct refused cases[] = {
		{SERVICE "connects: [host:3306]\n", "'host:3306' leaves the stack and needs 'why'",
			NULL},
		{SERVICE "connects: [{to: host, why: x}]\n", "has no port", NULL},
		{SERVICE "connects: [{to: host:25, why: x, at: 127.0.0.1:1}, {to: host:26, why: x, "
			 "at: 127.0.0.1:1}]\n",
			"port 1 of 127.0.0.1 leads to 'host:25' and to 'host:26'", NULL},
		{SERVICE "connects: [{to: host:8080, why: x}]\n    listens: [80]\n    publishes: "
			 "{80: 127.0.0.1:8080}\n",
			"7:21: error: port 8080 of this machine is a door of the stack itself",
			"9:21: published here"},
		{SERVICE "connects: [{to: host:8080, why: x}]\n    listens: [80]\n    publishes: "
			 "{80: \"[::]:8080\"}\n",
			"is a door of the stack itself", "connect to the service: web:80"},
		{SERVICE "connects: [{to: host:25, why: x}]\nassert: [web never reaches host]\n",
			"assertion failed: 'web' connects to host:25", NULL},
		{SERVICE "connects: [{to: host:25, why: x}]\n" DB
			 "assert: [only db reaches host:25]\n",
			"assertion failed: 'web' connects to host:25", NULL},
	};
	EACH_IS_REFUSED(cases);
	/* Another address of this machine is not its loopback. */
	judge_good(SERVICE "connects: [{to: host:8080, why: x}]\n    listens: [80]\n    "
			   "publishes: {80: 192.0.2.1:8080}\nassert: [only web reaches host]\n");
}

static void what_is_listened_on_and_published_agrees(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(SERVICE
		"listens: [443, 53/udp]\n"
		"    publishes: {443: [0.0.0.0:8443, \"[::]:8443\", \"[2001:DB8:0::1]\"]}\n");

	assert_int_equal(web->publish_count, 3);
	assert_string_equal(web->publishes[0].address, "0.0.0.0");
	assert_int_equal(web->publishes[0].host_port, 8443);
	assert_string_equal(web->publishes[2].address, "2001:db8::1");
	assert_int_equal(web->publishes[2].host_port, 443);
	static const struct refused cases[] = {
		{SERVICE "listens: [80]\n    publishes: {81: 0.0.0.0}\n",
			"8:21: error: 'web' publishes port 81 and does not listen on it",
			"7:15: it listens here"},
		{SERVICE "listens: [80]\n    publishes: {80: [0.0.0.0, 127.0.0.1]}\n",
			"8:31: error: port 80 of 127.0.0.1 is published twice",
			"8:22: first given here"},
		{SERVICE "listens: [80, 81]\n    publishes: {80: 127.0.0.1:1, 81: 0.0.0.0:1}\n",
			"port 1 of 0.0.0.0 is published twice", NULL},
		{SERVICE "listens: [80]\n    publishes: {80: eth0}\n", "is not an address of this",
			"\"[::]:443\""},
		{SERVICE "listens: [80]\n    publishes: {80: 10.0.0.0/8}\n", "is not an address",
			NULL},
		{SERVICE "listens: [80]\n    publishes: {http: 127.0.0.1}\n",
			"'http' is not a port of the service", NULL},
		{SERVICE "listens: [80]\n    publishes: {80: {}}\n", "a published port needs 'at'",
			NULL},
		{SERVICE "publishes: [80]\n", "'publishes' must be a map", "{443: 0.0.0.0:443}"},
		{SERVICE "listens: [80-90, 85]\n", "7:22: error: port 85 is listened on twice",
			"7:15: first given here"},
		{SERVICE "listens: [/run/w/s]\n", "'/run/w/s' is not a port",
			"write {unix: /run/w/s}"},
		{SERVICE "listens: [http]\n", "'http' is not a port", "53/udp"},
		{SERVICE "listens: [90-80]\n", "'90-80' is not a port", NULL},
		{SERVICE "listens: [{unix: \"@x\"}]\n", "'@x' is an abstract socket name", NULL},
		{SERVICE "listens: [{port: 1, unix: /run/w/s}]\n", "either 'port' or 'unix'", NULL},
		{SERVICE "listens: [{port: 1, mode: 0660}]\n", "'mode' belongs to a socket path",
			NULL},
		{SERVICE "listens: [{port: 1, group: a}]\n", "'group' belongs to a socket path",
			NULL},
		{SERVICE "listens: [{unix: /run/w/s, at: \"::1\"}]\n", "is not listened on at",
			NULL},
		{SERVICE "listens: [{port: 1, at: localhost}]\n", "'localhost' is not an address",
			"127.0.0.1"},
		{SERVICE "listens: [{port: 1, alone: true}]\n", "'alone' may stand only in a role",
			NULL},
	};
	EACH_IS_REFUSED(cases);
	/* Two services, one door. */
	judge(SERVICE "listens: [80]\n    publishes: {80: 0.0.0.0}\n"
		      "  two: {role: bare, command: x, listens: [80], publishes: {80: 0.0.0.0}}\n");
	says("9:64: error: port 80 of 0.0.0.0 is published twice");
	says("8:21: first given here");
	/* IPv4 and IPv6 are two. */
	judge_good(SERVICE "listens: [80]\n    publishes: {80: [0.0.0.0, \"::\"]}\n");
}

static void a_socket_folder_belongs_to_one_service(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{SERVICE "listens: [{unix: /run/s}]\n",
			"7:15: error: socket '/run/s' needs a folder", "write /run/web/s"},
		{SERVICE "listens: [{unix: /run/w/a, group: a}, {unix: /run/w/b, group: b}]\n",
			"sockets in one folder have one group", "7:15: another one is given here"},
		{SERVICE "listens: [{unix: /run/db/t}]\n" DB, "'web' and 'db' both have sockets in",
			"7:15: first given here"},
	};
	EACH_IS_REFUSED(cases);
	judge_good(SERVICE "listens: [{unix: /run/w/a, group: a}, {unix: /run/w/b, group: a}]\n");
}

static void nothing_writable_is_loaded_or_executed(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{SERVICE "files: {write: [/srv/a], load: [/srv/a/lib]}\n",
			"7:21: error: '/srv/a/lib' can be written and loaded",
			"7:37: loaded because of this"},
		{SERVICE "files: {write: [/srv/a/tmp], load: [/srv/a]}\n",
			"7:21: error: '/srv/a/tmp' can be written and loaded",
			"7:41: loaded because of this"},
		{SERVICE "files: {write: [/srv/a], load: [/srv/a]}\n", "can be written and loaded",
			NULL},
		{SERVICE "files: {write: [/srv/a]}\n    programs: [/srv/a/bin/x]\n",
			"'/srv/a/bin/x' can be written and executed",
			"8:16: executed because of this"},
		{"bulkhead: 1\nstack: a\nservices: {web: {role: bare, command: /srv/a/x,\n"
		 "  files: {write: [/srv/a]}}}\n",
			"'/srv/a/x' can be written and executed", NULL},
	};
	EACH_IS_REFUSED(cases);
	judge_good(SERVICE "files: {write: [/srv/a], load: [/srv/ab]}\n");
}

static void names_and_order_are_checked(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{"bulkhead: 1\nstack: My Shop\n", "2:8: error: 'My Shop' is not a name for a stack",
			"small letters"},
		{"bulkhead: 1\nservices: {w: {role: bare, command: w}}\n",
			"the policy does not name its stack", "write stack: shop"},
		{"bulkhead: 1\nstack: a\n", "the policy has no services", NULL},
		{"bulkhead: 1\nstack: a\nservices:\n", "'services' must be a map", "role: node"},
		{"bulkhead: 1\nstack: a\nservices: [web]\n", "'services' must be a map", NULL},
		{"bulkhead: 1\nstack: a\nservices: {web: }\n", "a service must be a map", NULL},
		{"bulkhead: 1\nstack: a\nservices: {host: {role: bare, command: x}}\n",
			"3:12: error: 'host' is a reserved name", NULL},
		{"bulkhead: 1\nstack: a\nservices: {internet: {role: bare, command: x}}\n",
			"'internet' is a reserved name", NULL},
		{"bulkhead: 1\nstack: a\nservices: {a_b: {role: bare, command: x}}\n",
			"'a_b' is not a name for a service", "host name"},
		{"bulkhead: 1\nstack: a\nservices: {Web: {role: bare, command: x}}\n",
			"'Web' is not a name for a service", NULL},
		{SERVICE "depends-on: [wbe]\n", "unknown service 'wbe'", "did you mean 'web'"},
		{SERVICE "depends-on: [two]\n  two: {role: bare, command: x, depends-on: [web]}\n",
			"8:46: error: 'two' and 'web' wait for each other",
			"7:18: the circle begins here"},
		{SERVICE "depends-on: [db, two]\n" DB
			 "  two: {role: bare, command: x, depends-on: [web]}\n",
			"'two' and 'web' wait for each other", "7:22: the circle begins here"},
		{SERVICE "depends-on: [web]\n", "'web' waits for itself", NULL},
		{SERVICE "\naddresses: {ipv4: 10.0.0.1/24}\n",
			"'10.0.0.1/24' is not a range for the", "/8 to /28"},
		{SERVICE "\naddresses: {ipv6: \"fd00::/20\"}\n", "is not a range for the stack",
			"/48"},
		{SERVICE "\naddresses: {ipv4: \"fd00::/64\"}\n", "is not a range for the stack",
			NULL},
		{SERVICE "\nserivces: {}\n", "8:1: error: a policy has no key 'serivces'",
			"did you mean 'services'"},
	};
	EACH_IS_REFUSED(cases);
}

static void capabilities_and_calls_are_known_ones(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		SERVICE "capabilities: [CAP_CHOWN]\n"
			"    syscalls: {allow: [process-creation, getpid], deny: [getppid]}\n");

	assert_string_equal(web->capabilities.items[0].text, "CAP_CHOWN");
	assert_int_equal(web->allow.count, 2);
	assert_int_equal(web->deny.count, 1);
	static const struct refused cases[] = {
		{SERVICE "capabilities: [CAP_NET_BIND]\n", "7:20: error: unknown capability",
			"did you mean 'CAP_NET_BIND_SERVICE'"},
		{SERVICE "capabilities: [chown]\n", "unknown capability 'chown'", "'CAP_CHOWN'"},
		{SERVICE "capabilities: [CAP_NET_BIND_SERVICE]\n",
			"CAP_NET_BIND_SERVICE can do nothing for a service here", "listens: [80]"},
		{SERVICE "syscalls: {allow: [forkk]}\n",
			"'forkk' is neither a system call nor a group", "did you mean 'fork'"},
		{SERVICE "syscalls: {allow: [\"@process-creation\"]}\n",
			"is neither a system call nor", "did you mean 'process-creation'"},
		{SERVICE "syscalls: {alow: []}\n", "'syscalls' has no key 'alow'", "'allow'"},
	};
	EACH_IS_REFUSED(cases);
}

static void one_run_shows_every_mistake_and_counts_past_a_hundred(void **state)
{
	static char text[64 * 1024] = WEB "    usr: x\n    tmp: lots\n    connects: [nobody:1]\n";

	(void)state;
	judge(text);
	says_errors(3);
	for (int i = 0; i < 200; i++)
		sprintf(text + strlen(text), "    key%d: x\n", i);
	judge(text);
	says("bulkhead: error: 103 more mistakes are not shown");
	says_errors(101);
	assert_int_equal(judged.options.mistakes, 203);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edge_agrees_with_what_its_peer_listens_on),
		cmocka_unit_test(an_address_of_the_loopback_leads_to_one_peer),
		cmocka_unit_test(the_host_is_reached_at_a_port_with_a_reason),
		cmocka_unit_test(what_is_listened_on_and_published_agrees),
		cmocka_unit_test(a_socket_folder_belongs_to_one_service),
		cmocka_unit_test(nothing_writable_is_loaded_or_executed),
		cmocka_unit_test(names_and_order_are_checked),
		cmocka_unit_test(capabilities_and_calls_are_known_ones),
		cmocka_unit_test(one_run_shows_every_mistake_and_counts_past_a_hundred),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
