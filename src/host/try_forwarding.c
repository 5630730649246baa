/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/netlink.h"
#include "host/try.h"

/*
 * Whether what is translated to a service is forwarded by this machine.  Its
 * administrator decides that, and other firewalls may undo it: a packet has to
 * pass the forward hooks of all.  Nothing is sent to find out; the rules are read.
 */

struct family {
	const char *name, *knob, *legacy;
};

static const struct family narrow = {
	"ip", "/proc/sys/net/ipv4/ip_forward", "/proc/net/ip_tables_names"};
static const struct family wide = {
	"ip6", "/proc/sys/net/ipv6/conf/all/forwarding", "/proc/net/ip6_tables_names"};

static void scoped_json(json_t **json)
{
	json_decref(*json);
}

static const char *member(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static bool has(json_t *expressions, const char *name)
{
	json_t *expression;
	size_t i;

	json_array_foreach (expressions, i, expression)
		if (json_object_get(expression, name))
			return true;
	return false;
}

/* `ct status dnat accept`: what firewalls that know of translation say. */
static bool spares_translated(json_t *expressions)
{
	json_t *expression;
	size_t i;

	json_array_foreach (expressions, i, expression) {
		json_t *match = json_object_get(expression, "match");
		json_t *left = json_object_get(json_object_get(match, "left"), "ct");
		const char *right = member(match, "right");

		if (text_equal(member(left, "key"), "status") && text_equal(right, "dnat") &&
			!text_equal(member(match, "op"), "!="))
			return has(expressions, "accept");
	}
	return false;
}

/* Of a chain's rules, in order; what it says at its end is @policy. */
static bool drops(json_t *listing, const char *policy)
{
	json_t *object;
	size_t i;

	json_array_foreach (listing, i, object) {
		json_t *rule = json_object_get(object, "rule");
		json_t *expressions = json_object_get(rule, "expr");

		if (!rule)
			continue;
		if (spares_translated(expressions))
			return false;
		if (!has(expressions, "match") && !has(expressions, "xt") &&
			(has(expressions, "drop") || has(expressions, "reject")))
			return true;
	}
	return text_equal(policy, "drop");
}

static json_t *ask(const char *question, char *message, size_t size)
{
	scoped(memory) char *answer = host_ask_nft(question, message, size);

	return answer ? json_loads(answer, 0, NULL) : NULL;
}

/* Of a chain that all that is forwarded passes. */
static enum host_state judge(struct host_try *try, json_t *chain)
{
	char message[120];
	const char *family = member(chain, "family"), *table = member(chain, "table"),
		   *name = member(chain, "name");
	scoped(json) json_t *root =
		ask(arena_printf(try->arena, "list chain %s %s %s", family, table, name), message,
			sizeof(message));

	if (!root)
		return host_found(
			try, HOST_NO, "cannot read chain %s of table %s %s", name, family, table);
	if (drops(json_object_get(root, "nftables"), member(chain, "policy")))
		return host_found(try, HOST_NO,
			"chain %s of table %s %s drops it: let it say `ct status dnat accept`",
			name, family, table);
	return HOST_YES;
}

static enum host_state read_chains(struct host_try *try, const struct family *family)
{
	char message[120];
	scoped(json) json_t *root = ask("list chains", message, sizeof(message));
	enum host_state state = HOST_YES;
	json_t *object;
	size_t i;

	if (!root)
		return host_found(try, try->root ? HOST_NO : HOST_NOT_TRIED,
			"cannot read the rules: %s", message);
	json_array_foreach (json_object_get(root, "nftables"), i, object) {
		json_t *chain = json_object_get(object, "chain");
		const char *of = member(chain, "family");

		if (state == HOST_YES && text_equal(member(chain, "hook"), "forward") &&
			(text_equal(of, "inet") || text_equal(of, family->name)))
			state = judge(try, chain);
	}
	return state;
}

static enum host_state forwards(struct host_try *try, const struct family *family)
{
	const char *text;

	if (descriptor_read_value(AT_FDCWD, family->knob, try->arena, &text) <= 0)
		return host_found(try, HOST_NO, "this kernel does not have %s", family->knob);
	if (text[0] != '1')
		return host_found(try, HOST_NO, "%s is 0", family->knob);
	if (!try->root)
		return host_found(try, HOST_NOT_TRIED, "needs root to read other firewalls");
	/* nft does not see those. */
	if (descriptor_read_value(AT_FDCWD, family->legacy, try->arena, &text) > 0 &&
		strstr(text, "filter"))
		return host_found(
			try, HOST_NO, "iptables-legacy has rules, which cannot be read here");
	return read_chains(try, family);
}

enum host_state host_try_forwarding4(struct host_try *try)
{
	return forwards(try, &narrow);
}

enum host_state host_try_forwarding6(struct host_try *try)
{
	return forwards(try, &wide);
}
