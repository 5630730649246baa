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

/* Where a packet of a door's is after a chain. */
enum outcome { GOES_ON, SPARED, DROPPED };

enum { MOST_JUMPS = 16 };

struct walk {
	json_t *table;
	bool in, out; /* what comes by doors' links, and what goes by them, is accepted */
};

/* The one condition of a rule, if it has one; *@count: how many. */
static json_t *condition(json_t *expressions, size_t *count)
{
	static const char *const others[] = {
		"counter", "log", "accept", "drop", "reject", "jump", "goto", "return"};
	json_t *expression, *found = NULL;
	size_t i;

	*count = 0;
	json_array_foreach (expressions, i, expression) {
		bool other = false;

		for (size_t j = 0; j < sizeof(others) / sizeof(others[0]); j++)
			other = other || json_object_get(expression, others[j]);
		if (other)
			continue;
		found = json_object_get(expression, "match");
		++*count;
	}
	return found;
}

/* The verdict of a rule, such as "jump", into @name; where it leads; NULL: it has none. */
static json_t *verdict(json_t *expressions, const char **name)
{
	static const char *const names[] = {"accept", "drop", "reject", "jump", "goto", "return"};
	json_t *expression;
	size_t i;

	json_array_foreach (expressions, i, expression)
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (json_object_get(expression, names[j])) {
				*name = names[j];
				return json_object_get(expression, names[j]);
			}
	return NULL;
}

/* `ct status dnat accept`, as firewalls say that know of translation; or, both ways, `iifname
 * "bh-shop" accept`. */
static bool spares(struct walk *walk, json_t *match)
{
	json_t *left = json_object_get(match, "left");
	json_t *tracked = json_object_get(left, "ct"), *packet = json_object_get(left, "meta");
	const char *right = member(match, "right");

	if (text_equal(member(match, "op"), "!="))
		return false;
	if (text_equal(member(tracked, "key"), "status"))
		return text_equal(right, "dnat");
	if (text_starts(right, "bh-")) {
		walk->in = walk->in || text_equal(member(packet, "key"), "iifname");
		walk->out = walk->out || text_equal(member(packet, "key"), "oifname");
	}
	return walk->in && walk->out;
}

static enum outcome follow(struct walk *walk, const char *chain, int depth);

/* Rules that ask for more are for others: what they drop is not known here. */
static enum outcome judge_rule(struct walk *walk, json_t *expressions, int depth, bool *ends)
{
	const char *name = "";
	size_t conditions;
	json_t *match = condition(expressions, &conditions);
	json_t *target = verdict(expressions, &name);

	*ends = false;
	if (text_equal(name, "accept"))
		return conditions == 0 || (conditions == 1 && match && spares(walk, match))
			       ? SPARED
			       : GOES_ON;
	if (conditions > 0)
		return GOES_ON;
	*ends = text_equal(name, "goto") || text_equal(name, "return");
	if (text_equal(name, "jump") || text_equal(name, "goto"))
		return follow(walk, member(target, "target"), depth + 1);
	return text_equal(name, "drop") || text_equal(name, "reject") ? DROPPED : GOES_ON;
}

static enum outcome follow(struct walk *walk, const char *chain, int depth)
{
	enum outcome outcome = GOES_ON;
	bool ends = false;
	json_t *object;
	size_t i;

	if (depth > MOST_JUMPS)
		return DROPPED;
	json_array_foreach (walk->table, i, object) {
		json_t *rule = json_object_get(object, "rule");

		if (!rule || outcome != GOES_ON || ends ||
			!text_equal(member(rule, "chain"), chain))
			continue;
		outcome = judge_rule(walk, json_object_get(rule, "expr"), depth, &ends);
	}
	return outcome;
}

static json_t *ask(const char *question, char *message, size_t size)
{
	scoped(memory) char *answer = host_ask_nft(question, message, size);

	return answer ? json_loads(answer, 0, NULL) : NULL;
}

/* Of a chain that all that is forwarded passes. */
static enum host_state judge_chain(struct host_try *try, json_t *chain)
{
	char message[120];
	const char *family = member(chain, "family"), *table = member(chain, "table"),
		   *name = member(chain, "name");
	scoped(json) json_t *root = ask(arena_printf(try->arena, "list table %s %s", family, table),
		message, sizeof(message));

	if (!root)
		return host_found(
			try, HOST_NO, "cannot read chain %s of table %s %s", name, family, table);
	struct walk walk = {.table = json_object_get(root, "nftables")};
	enum outcome outcome = follow(&walk, name, 0);
	if (outcome == DROPPED ||
		(outcome == GOES_ON && text_equal(member(chain, "policy"), "drop")))
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
			state = judge_chain(try, chain);
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
	if (descriptor_read_value(AT_FDCWD, family->legacy, try->arena, &text) > 0 && text[0])
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
