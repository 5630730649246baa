/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The one grammar of endpoints, and ranges of addresses. */

#include "policy/endpoint.h"
#include "base/scoped.h"
#include "judged.h"

static void endpoints_have_one_grammar(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum policy_peer kind;
		enum policy_transport transport;
		const char *peer;
		unsigned first, last;
		const char *path;
	} good[] = {
		{"db:5432", PEER_SERVICE, POLICY_TCP, "db", 5432, 5432, NULL},
		{"db:5432/tcp", PEER_SERVICE, POLICY_TCP, "db", 5432, 5432, NULL},
		{"dns:53/udp", PEER_SERVICE, POLICY_UDP, "dns", 53, 53, NULL},
		{"db:9300-9400", PEER_SERVICE, POLICY_TCP, "db", 9300, 9400, NULL},
		{"db:1-65535/udp", PEER_SERVICE, POLICY_UDP, "db", 1, 65535, NULL},
		{"a-1:1", PEER_SERVICE, POLICY_TCP, "a-1", 1, 1, NULL},
		{"php:unix:/run/php/shop.sock", PEER_SERVICE, POLICY_UNIX, "php", 0, 0,
			"/run/php/shop.sock"},
		{"storefront.2:3000", PEER_INSTANCE, POLICY_TCP, "storefront.2", 3000, 3000, NULL},
		{"api.stripe.com:443", PEER_NAME, POLICY_TCP, "api.stripe.com", 443, 443, NULL},
		{"API.Stripe.COM:443", PEER_NAME, POLICY_TCP, "api.stripe.com", 443, 443, NULL},
		{"_dmarc.a-b.org:53/udp", PEER_NAME, POLICY_UDP, "_dmarc.a-b.org", 53, 53, NULL},
		{"*.stripe.com:443", PEER_WILDCARD, POLICY_TCP, "*.stripe.com", 443, 443, NULL},
		{"10.0.0.0/8:443", PEER_ADDRESSES, POLICY_TCP, "10.0.0.0/8", 443, 443, NULL},
		{"192.0.2.1:80", PEER_ADDRESSES, POLICY_TCP, "192.0.2.1", 80, 80, NULL},
		{"0.0.0.0/0:443", PEER_ADDRESSES, POLICY_TCP, "0.0.0.0/0", 443, 443, NULL},
		{"[2001:db8::/32]:443", PEER_ADDRESSES, POLICY_TCP, "2001:db8::/32", 443, 443,
			NULL},
		{"[::1]:53/udp", PEER_ADDRESSES, POLICY_UDP, "::1", 53, 53, NULL},
		{"host:8125/udp", PEER_HOST, POLICY_UDP, "host", 8125, 8125, NULL},
		{"internet:443", PEER_INTERNET, POLICY_TCP, "internet", 443, 443, NULL},
	};
	scoped(arena) struct arena *arena = arena_new();
	struct policy_endpoint to;
	const char *hint;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *problem = policy_endpoint_parse(good[i].text, false, arena, &to, &hint);
		if (problem)
			fail_msg("'%s' %s", good[i].text, problem);
		assert_int_equal(to.kind, good[i].kind);
		assert_int_equal(to.transport, good[i].transport);
		assert_string_equal(to.peer, good[i].peer);
		assert_int_equal(to.first, good[i].first);
		assert_int_equal(to.last, good[i].last);
		assert_true(!to.path == !good[i].path);
		if (to.path)
			assert_string_equal(to.path, good[i].path);
	}
}

static void what_is_no_endpoint_says_what_to_write(void **state)
{
	(void)state;
	static const struct {
		const char *text, *problem, *hint;
	} bad[] = {
		{"db", "has no port", "db:5432"},
		{"db:", "has no valid port", "1 to 65535"},
		{"db:0", "has no valid port", "1 to 65535"},
		{"db:65536", "has no valid port", NULL},
		{"db:0x50", "has no valid port", NULL},
		{"db:080", "has no valid port", NULL},
		{"db:+80", "has no valid port", NULL},
		{"db:http", "has no valid port", NULL},
		{"db:9400-9300", "has no valid port", NULL},
		{"db:1-2-3", "has no valid port", NULL},
		{"db:-5", "has no valid port", NULL},
		{"db:53/sctp", "has no valid port", "/udp"},
		{":80", "does not begin with the name of a service", NULL},
		{"DB:80", "does not begin with the name of a service", "small letters"},
		{"-db:80", "does not begin with the name of a service", NULL},
		{"d b:80", "does not begin with the name of a service", NULL},
		{"*:80", "names nobody", "name who is meant"},
		{"*", "names nobody", NULL},
		{"localhost:80", "is the service itself", "by its name"},
		{"host:unix:/run/mysqld/mysqld.sock", "is no socket of a service", "host:3306"},
		{"https://api.stripe.com/v1", "is a URL", "api.example.com:443"},
		{"10.0.0.1/8:443", "is not a range of addresses", "10.0.0.0/8"},
		{"10.0.0.0/33:443", "is not a range of addresses", NULL},
		{"1.2.3:80", "does not begin with a name or an address", NULL},
		{"256.1.1.1:80", "does not begin with a name or an address", NULL},
		{"a..b:80", "does not begin with a name or an address", NULL},
		{"*.:80", "does not begin with a name or an address", NULL},
		{"a.*.com:80", "does not begin with a name or an address", NULL},
		{"-a.com:80", "does not begin with a name or an address", NULL},
		{"2001:db8::1:443", "has more than one colon", "brackets"},
		{"[2001:db8::1]", "is not an address in brackets and a port", NULL},
		{"[2001:db8::1]443", "is not an address in brackets and a port", NULL},
		{"[2001:db8::1", "is not an address in brackets and a port", NULL},
		{"[10.0.0.1]:80", "holds no IPv6 address", NULL},
		{"[2001:db8::1/32]:80", "holds no IPv6 address", NULL},
		{"db:unix:run/x", "has no valid socket path", "peer:unix:"},
		{"db:unix:@x", "names an abstract socket", "cannot cross network namespaces"},
		{"db:unix:/a/../b", "has no valid socket path", NULL},
		{"a.b:unix:/run/a/b", "does not begin with the name of a service", NULL},
	};
	scoped(arena) struct arena *arena = arena_new();
	struct policy_endpoint to;
	const char *hint;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *problem = policy_endpoint_parse(bad[i].text, false, arena, &to, &hint);
		if (!problem || !strstr(problem, bad[i].problem))
			fail_msg("'%s' %s", bad[i].text, problem ? problem : "passed");
		if (bad[i].hint && (!hint || !strstr(hint, bad[i].hint)))
			fail_msg("'%s': hint '%s'", bad[i].text, hint ? hint : "none");
	}
	assert_null(policy_endpoint_parse("internet", true, arena, &to, &hint));
	assert_null(policy_endpoint_parse("api.stripe.com", true, arena, &to, &hint));
	assert_null(policy_endpoint_parse("[2001:db8::1]", true, arena, &to, &hint));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_have_one_grammar),
		cmocka_unit_test(what_is_no_endpoint_says_what_to_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
