/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names outside the stack.  A service asks the resolver, at the router's address; what that has
 * learned, the launcher puts into the sets.  Questions by datagrams are not followed: each has a
 * port of its own, and would take a place of those that the service's connections have.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "enforce/network_link.h"
#include "enforce/network_names.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

enum { LONGEST_SHOWN = 180 };

/* "s3/api.example.com/4", "s3/any/example.com/6": no name has a slash in it. */
bool enforce_rules_name_set(const struct plan *plan, const struct plan_outside *outside, bool wide,
	char name[NETWORK_NAME_SET])
{
	const struct plan_service *service = plan_service(plan, outside->from);
	char link[NETWORK_LINK_NAME], hash[16] = "";
	const char *text = outside->name;
	const bool below = text && text_starts(text, "*.");

	if (!text || !service)
		return false;
	text += below ? strlen("*.") : 0;
	enforce_network_link_name(service->link, link);
	if (strlen(text) > LONGEST_SHOWN)
		snprintf(hash, sizeof(hash), "/%08" PRIx32, plan_stack_hash(text));
	snprintf(name, NETWORK_NAME_SET, "%s/%s%.*s%s/%d", link, below ? "any/" : "", LONGEST_SHOWN,
		text, hash, wide ? 6 : 4);
	return true;
}

bool enforce_rules_name_repeated(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (text_equal(plan->outsides[i].from, plan->outsides[index].from) &&
			text_equal(plan->outsides[i].name, plan->outsides[index].name))
			return true;
	return false;
}

void enforce_rules_name_sets(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];

		if (!outside->name || !text_equal(outside->from, service->name) ||
			enforce_rules_name_repeated(plan, i))
			continue;
		for (int wide = 0; wide < 2; wide++) {
			char name[NETWORK_NAME_SET];

			if (enforce_rules_name_set(plan, outside, wide, name))
				fprintf(out,
					"\tset %s {\n\t\ttype %s\n\t\tsize %d\n"
					"\t\tflags timeout\n\t}\n",
					name, wide ? "ipv6_addr" : "ipv4_addr",
					NETWORK_CONNECTIONS);
		}
	}
}

/* Answers come to a port that asks: at those where it listens nobody answers it. */
static void write_listens(FILE *out, const struct plan_service *service)
{
	size_t count = 0;

	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == PLAN_UDP)
			fprintf(out, "%s%" PRIu32 "-%" PRIu32, count++ ? ", " : " udp dport != { ",
				service->listens[i].first, service->listens[i].last);
	fputs(count ? " }" : "", out);
}

void enforce_rules_names_in(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	if (!plan_asks_names(plan, service))
		return;
	fprintf(out, "\t\tip saddr %s udp sport %d", plan->network.router4, NETWORK_RESOLVER_PORT);
	write_listens(out, service);
	fputs(" accept\n", out);
}

void enforce_rules_names_out(FILE *out, const struct plan *plan, const struct plan_service *service,
	const char *protocol)
{
	if (plan_asks_names(plan, service))
		fprintf(out, "\t\tip daddr %s %s dport %d accept\n", plan->network.router4,
			protocol, NETWORK_RESOLVER_PORT);
}

void enforce_rules_names_untracked(
	FILE *out, const struct plan *plan, const struct plan_service *service)
{
	if (plan_asks_names(plan, service))
		fprintf(out,
			"\tchain asked {\n"
			"\t\ttype filter hook output priority raw; policy accept;\n"
			"\t\tip daddr %s udp dport %d notrack\n\t}\n"
			"\tchain answered {\n"
			"\t\ttype filter hook prerouting priority raw; policy accept;\n"
			"\t\tip saddr %s udp sport %d notrack\n\t}\n",
			plan->network.router4, NETWORK_RESOLVER_PORT, plan->network.router4,
			NETWORK_RESOLVER_PORT);
}

/* The links of who asks. */
void enforce_rules_resolver_set(FILE *out, const struct plan *plan)
{
	struct rules_set set = {.out = out};

	if (!plan->network.resolver_id)
		return;
	fputs("\tset asking {\n\t\ttype ifname\n", out);
	for (size_t i = 0; i < plan->service_count; i++) {
		char link[NETWORK_LINK_NAME];

		if (!plan_asks_names(plan, &plan->services[i]))
			continue;
		enforce_network_link_name(plan->services[i].link, link);
		enforce_rules_set_element(&set);
		fprintf(out, "\"%s\"", link);
	}
	enforce_rules_set_end(&set);
}

void enforce_rules_resolver_untracked(FILE *out, const struct plan *plan)
{
	if (plan->network.resolver_id)
		fprintf(out,
			"\t\tiifname . ip saddr @links4 iifname @asking ip daddr %s udp dport %d "
			"notrack accept\n",
			plan->network.router4, NETWORK_RESOLVER_PORT);
}

void enforce_rules_resolver_in(FILE *out, const struct plan *plan, const char *protocol)
{
	if (plan->network.resolver_id)
		fprintf(out, "\t\tiifname @asking ip daddr %s %s dport %d accept\n",
			plan->network.router4, protocol, NETWORK_RESOLVER_PORT);
}

void enforce_rules_resolver_out(FILE *out, const struct plan *plan)
{
	if (plan->network.resolver_id)
		fprintf(out, "\t\toifname @asking ip saddr %s udp sport %d accept\n",
			plan->network.router4, NETWORK_RESOLVER_PORT);
}

void enforce_rules_resolver_chain(FILE *out, const struct plan *plan)
{
	if (plan->network.resolver_id)
		fprintf(out,
			"\tchain answers {\n"
			"\t\ttype filter hook output priority raw; policy accept;\n"
			"\t\tip saddr %s udp sport %d notrack\n\t}\n",
			plan->network.router4, NETWORK_RESOLVER_PORT);
}
