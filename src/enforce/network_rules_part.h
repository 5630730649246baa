/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the tables of the router and of a service have in common. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "enforce/network_routes.h"
#include "plan/service.h"

struct plan;

#define RULES_TABLE "table inet bulkhead {\n"

/* A service's two chains, but for their end. */
#define RULES_INPUT                                                                                \
	"\tchain input {\n"                                                                        \
	"\t\ttype filter hook input priority filter; policy drop;\n"                               \
	"\t\tiif \"lo\" accept\n"
#define RULES_OUTPUT                                                                               \
	"\tchain output {\n"                                                                       \
	"\t\ttype filter hook output priority filter; policy drop;\n"

/* TCP that asks for no connection (RFC 9293, 3.5). */
#define RULES_ANSWER "tcp flags & (syn | ack) != syn"

/* Those of RULES_REFUSE, to whoever was refused: they open nothing. */
#define RULES_RESETS "\t\ttcp flags & rst == rst accept\n"
#define RULES_RESET_RETURNS "\t\ttcp flags & rst == rst return\n"

/* TCP that asks for a connection. */
#define RULES_ASK "tcp flags & (syn | ack) == syn "

/* Fast failure: ECONNREFUSED or EHOSTUNREACH at once, instead of a timeout. */
#define RULES_REFUSE                                                                               \
	"\t\tmeta l4proto tcp reject with tcp reset\n"                                             \
	"\t\treject with icmpx admin-prohibited\n"

/*
 * What no edge allows is recorded before it is refused, by the other end and the port that was
 * asked for.  What asks for nothing, as do answers by an edge that is no more, says not which that
 * is: it gets @answer ("reject with tcp reset") and is no record.
 */
#define RULES_RECORD(set, key, answer)                                                             \
	"\t\t" RULES_ANSWER " " answer "\n"                                                        \
	"\t\tmeta l4proto { tcp, udp } update @" set                                               \
	"4 { " key("ip") " counter }\n"                                                            \
			 "\t\tmeta l4proto { tcp, udp } update @" set                              \
			 "6 { " key("ip6") " counter }\n"
#define RULES_RESET "reject with tcp reset"
#define RULES_SOURCE(family) family " saddr . meta l4proto . th dport"
#define RULES_TARGET(family) family " daddr . meta l4proto . th dport"
#define RULES_LINK_TARGET(family) "iifname . " family " daddr . meta l4proto . th dport"

#define RULES_LINK_BOTH(family)                                                                    \
	"iifname . " family " saddr . " family " daddr . meta l4proto . th dport"

/* What begins a connection by an edge is counted apart.  Were there no room, it would be let
 * through by the rules that follow, which are for all else. */
#define RULES_BEGIN                                                                                \
	"\t\t" RULES_TARGET("ip") " @connects4 update @begun4 { " RULES_TARGET(                    \
		"ip") " counter } accept\n"                                                        \
		      "\t\t" RULES_TARGET("ip6") " @connects6 update @begun6 { " RULES_TARGET(     \
			      "ip6") " counter } accept\n"
#define RULES_TOWARDS                                                                              \
	"\t\t" RULES_TARGET("ip") " @connects4 accept\n"                                           \
				  "\t\t" RULES_TARGET("ip6") " @connects6 accept\n"

/* Errors about connections that the kernel follows; it alone can tell which are. */
#define RULES_EXISTING                                                                             \
	"\t\tct state established accept\n"                                                        \
	"\t\tct state related meta l4proto { icmp, icmpv6 } accept\n"                              \
	"\t\tct state invalid drop\n"

/* On the way out the resets and errors of RULES_REFUSE itself are related, too. */
#define RULES_ANSWERS                                                                              \
	"\t\tct state established,related accept\n"                                                \
	"\t\tct state invalid drop\n"

/* Refuse what begins a connection more than NETWORK_CONNECTIONS, of TCP as of datagrams, among
 * those that @which matches ("": all): it is only asked by what begins one. */
void enforce_rules_limit(FILE *out, const char *which);

/* One set per family, whose elements end in protocol and port. */
struct rules_set {
	FILE *out;
	bool wide;
	size_t count;
};

/* Begin set @name4 or @name6 (@wide), of @type.  The text of each element follows
 * enforce_rules_set_element(). */
struct rules_set enforce_rules_set_begin(FILE *out, const char *name, bool wide, const char *type);
/* Each element counts the packets that it matches; before the first. */
void enforce_rules_set_counts(struct rules_set *set);
void enforce_rules_set_element(struct rules_set *set);
void enforce_rules_set_end(struct rules_set *set);

/* Where a rule translates to: one address, or several that take turns. */
struct rules_deal {
	FILE *out;
	bool wide;
	size_t count, written;
};

struct rules_deal enforce_rules_deal_begin(FILE *out, bool wide, size_t count);
/* To be called @count times. */
void enforce_rules_deal(struct rules_deal *deal, const char *address, uint32_t port);

/* The type of a set of addresses with protocol and port. */
const char *enforce_rules_peer_type(bool wide);

/* "tcp" or "udp". */
const char *enforce_rules_transport(enum plan_transport transport);

/* Borrowed; NULL when there is no @service or it has no link. */
const char *enforce_rules_address(const struct plan_service *service, bool wide);

/* Does @service publish anything? */
bool enforce_rules_publishes(const struct plan *plan, const struct plan_service *service);

/* What the counters and the chain of a published port begin with: "door443", "datagrams443". */
const char *enforce_rules_door(enum plan_transport transport);

/* Has an earlier publish of the same service, transport and port been written? */
bool enforce_rules_repeated(const struct plan *plan, size_t index);

/* What is asked of a service, and what it answers: which end of the packet is the other's, which
 * the port's, and what else must hold. */
struct rules_way {
	const char *address, *port, *besides;
	bool asks, uncounted;
	bool streams; /* it asks for what a header of TCP says: datagrams are followed instead */
};
extern const struct rules_way enforce_rules_asked, enforce_rules_answered;

/* What it answers by a connection that was open before its connections were followed. */
extern const struct rules_way enforce_rules_goes_on;

/* The same of what a service asks itself, and of what answers it; and what it asks on by a
 * connection that was open before. */
extern const struct rules_way enforce_rules_outward, enforce_rules_returned, enforce_rules_asks_on;

/* Addresses outside the stack (network_rules_outside.c): @what of packets that are meant by
 * @outside; and in the router a chain for each service that has such lines, and the rule that leads
 * there by its link. */
struct plan_outside;
void enforce_rules_each_outside(FILE *out, const struct plan *plan,
	const struct plan_outside *outside, const struct rules_way *way, const char *what);
void enforce_rules_outside_chains(FILE *out, const struct plan *plan);
void enforce_rules_outside_jumps(FILE *out, const struct plan *plan);

/*
 * What goes by the lines of @service that lead outside, counted (network_rules_counted.c): the
 * counters of its table, and the chains that count; the rules that accept what is meant by them;
 * and where connections are @followed those that tell the kernel which line a new one is of, and
 * that accept what belongs to it from then on.
 */
void enforce_rules_counted(
	FILE *out, const struct plan *plan, const struct plan_service *service, bool followed);
void enforce_rules_outside(FILE *out, const struct plan *plan, const struct plan_service *service,
	const struct rules_way *way, bool followed);
void enforce_rules_counted_marks(
	FILE *out, const struct plan *plan, const struct plan_service *service);
void enforce_rules_counted_established(FILE *out, const struct plan *plan,
	const struct plan_service *service, const struct rules_way *way);

/* Which line of its service @outside is: the number in the names of its counters, and the mark of
 * its connections.  Made of what it says, so that it stays when other lines come and go. */
uint32_t enforce_rules_outside_number(const struct plan *plan, const struct plan_outside *outside);

/* Has @service such lines, and a link? */
bool enforce_rules_goes_outside(const struct plan *plan, const struct plan_service *service);

/* Names outside (network_rules_names.c): the sets of their addresses, of one service.  In its table
 * the rules by which it asks the resolver, and is answered, and the chains that keep that from
 * being followed.  In the router's, what comes from and goes to those who ask. */
void enforce_rules_name_sets(
	FILE *out, const struct plan *plan, const struct plan_service *service);
void enforce_rules_names_in(FILE *out, const struct plan *plan, const struct plan_service *service);
void enforce_rules_names_out(FILE *out, const struct plan *plan, const struct plan_service *service,
	const char *protocol);
void enforce_rules_names_untracked(
	FILE *out, const struct plan *plan, const struct plan_service *service);
void enforce_rules_resolver_untracked(FILE *out, const struct plan *plan);
void enforce_rules_resolver_set(FILE *out, const struct plan *plan);
void enforce_rules_resolver_in(FILE *out, const struct plan *plan, const char *protocol);
void enforce_rules_resolver_out(FILE *out, const struct plan *plan);
void enforce_rules_resolver_chain(FILE *out, const struct plan *plan);
/* What its doors count, and the chains that do: of those that are @followed connections alone. */
void enforce_rules_doors(
	FILE *out, const struct plan *plan, const struct plan_service *service, bool followed);

/* By clients at what @service publishes, those that are let in (network_rules_published.c); by the
 * router at what `ready` and `healthy` ask. */
void enforce_rules_published(FILE *out, const struct plan *plan, const struct plan_service *service,
	const struct rules_way *way);
void enforce_rules_probes(FILE *out, const struct plan *plan, const struct plan_service *service,
	const struct rules_way *way);

/* What is too much by the lines of @service (network_rules_budget.c): the sets and chains of its
 * table; the rules for each packet from its peers and to them, and those for what begins a
 * connection, when @besides matches. */
void enforce_rules_budgets(FILE *out, const struct plan *plan, const struct plan_service *service);
void enforce_rules_budget_in(
	FILE *out, const struct plan *plan, const struct plan_service *service);
void enforce_rules_budget_out(
	FILE *out, const struct plan *plan, const struct plan_service *service);
void enforce_rules_budget_begin(FILE *out, const struct plan *plan,
	const struct plan_service *service, const char *besides);

/* Does one of them say how many connections there are at a time, so that they must be followed? */
bool enforce_rules_counts(const struct plan *plan, const struct plan_service *service);

/* The sets that the router's rules ask.  Is anybody in audit mode, so that @audited is one? */
bool enforce_rules_router_sets(FILE *out, const struct plan *plan);

/* What packets fill, of a table (network_rules_recorded.c): of a service, what came and what went
 * where no edge leads, and how often each of so many edges was used (@towards: by family); of the
 * router, what it refused by which link; of the host, also from whom. */
void enforce_rules_recorded(FILE *out, const size_t towards[2]);
void enforce_rules_router_recorded(FILE *out);
void enforce_rules_host_recorded(FILE *out);

/* The chains of a service whose connections are followed; has it edges @towards anybody? */
void enforce_rules_followed(
	FILE *out, const struct plan *plan, const struct plan_service *service, bool towards);

/* Ports of which @service is asked by the router, and by nobody else from outside; how many. */
size_t enforce_rules_probed(const struct plan *plan, const struct plan_service *service,
	uint32_t ports[NETWORK_PROBES]);
