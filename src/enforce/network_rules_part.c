/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_rules_part.h"

#include <string.h>

#include "base/text.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules.h"
#include "plan/plan.h"

void enforce_rules_limit(FILE *out, const char *which)
{
	fprintf(out,
		"\t\t%smeta l4proto tcp ct count over %d reject with tcp reset\n"
		"\t\t%smeta l4proto != tcp ct count over %d reject\n",
		which, NETWORK_CONNECTIONS, which, NETWORK_CONNECTIONS);
}

struct rules_set enforce_rules_set_begin(FILE *out, const char *name, bool wide, const char *type)
{
	fprintf(out, "\tset %s%s {\n\t\ttype %s\n", name, wide ? "6" : "4", type);
	return (struct rules_set){.out = out, .wide = wide};
}

void enforce_rules_set_counts(struct rules_set *set)
{
	fputs("\t\tcounter\n", set->out);
}

void enforce_rules_set_element(struct rules_set *set)
{
	fputs(set->count++ ? ",\n\t\t\t" : "\t\telements = {\n\t\t\t", set->out);
}

void enforce_rules_set_end(struct rules_set *set)
{
	fputs(set->count ? " }\n\t}\n" : "\t}\n", set->out);
}

struct rules_deal enforce_rules_deal_begin(FILE *out, bool wide, size_t count)
{
	fprintf(out, " dnat %s to", wide ? "ip6" : "ip");
	if (count > 1)
		fprintf(out, " numgen inc mod %zu map {", count);
	return (struct rules_deal){.out = out, .wide = wide, .count = count};
}

void enforce_rules_deal(struct rules_deal *deal, const char *address, uint32_t port)
{
	if (deal->count == 1)
		fprintf(deal->out, deal->wide ? " [%s]:%u\n" : " %s:%u\n", address, port);
	else
		fprintf(deal->out, "%s %zu : %s . %u", deal->written ? "," : "", deal->written,
			address, port);
	if (++deal->written == deal->count && deal->count > 1)
		fputs(" }\n", deal->out);
}

const char *enforce_rules_peer_type(bool wide)
{
	return wide ? "ipv6_addr . inet_proto . inet_service"
		    : "ipv4_addr . inet_proto . inet_service";
}

const char *enforce_rules_transport(enum plan_transport transport)
{
	return transport == PLAN_UDP ? "udp" : "tcp";
}

const char *enforce_rules_door(enum plan_transport transport)
{
	return transport == PLAN_UDP ? "datagrams" : "door";
}

const char *enforce_rules_address(const struct plan_service *service, bool wide)
{
	if (!service || !service->linked)
		return NULL;
	return wide ? service->address6 : service->address4;
}

bool enforce_rules_publishes(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		if (text_equal(plan->publishes[i].service, service->name))
			return true;
	return false;
}

bool enforce_rules_repeated(const struct plan *plan, size_t index)
{
	const struct plan_publish *publish = &plan->publishes[index];

	for (size_t i = 0; i < index; i++) {
		const struct plan_publish *other = &plan->publishes[i];

		if (other->port == publish->port && other->transport == publish->transport &&
			strcmp(other->service, publish->service) == 0)
			return true;
	}
	return false;
}

/* Is the port let in for all the world anyway? */
static bool published(const struct plan *plan, const struct plan_service *service, uint32_t port)
{
	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->port == port && publish->transport == PLAN_TCP &&
			strcmp(publish->service, service->name) == 0)
			return true;
	}
	return false;
}

size_t enforce_rules_probed(
	const struct plan *plan, const struct plan_service *service, uint32_t ports[NETWORK_PROBES])
{
	size_t count = enforce_network_probes(service, ports), kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!published(plan, service, ports[i]))
			ports[kept++] = ports[i];
	return kept;
}

const struct rules_way enforce_rules_asked = {"saddr", "dport", "", true};
const struct rules_way enforce_rules_answered = {
	"daddr", "sport", RULES_ANSWER " ", .streams = true};
const struct rules_way enforce_rules_goes_on = {
	"daddr", "sport", RULES_ANSWER " ", .uncounted = true, .streams = true};
const struct rules_way enforce_rules_outward = {"daddr", "dport", "", true};
const struct rules_way enforce_rules_returned = {
	"saddr", "sport", RULES_ANSWER " ", .streams = true};
const struct rules_way enforce_rules_asks_on = {
	"daddr", "dport", RULES_ANSWER " ", .asks = true, .streams = true};

/* `ready` and `healthy` are asked from the router's address. */
void enforce_rules_probes(FILE *out, const struct plan *plan, const struct plan_service *service,
	const struct rules_way *way)
{
	uint32_t ports[NETWORK_PROBES];
	size_t count = enforce_rules_probed(plan, service, ports);

	for (size_t i = 0; i < count; i++)
		fprintf(out,
			"\t\tip %s %s tcp %s %u %saccept\n"
			"\t\tip6 %s %s tcp %s %u %saccept\n",
			way->address, plan->network.router4, way->port, ports[i], way->besides,
			way->address, plan->network.router6, way->port, ports[i], way->besides);
}
