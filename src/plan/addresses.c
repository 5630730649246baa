/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

/* FNV-1a: the same stack name gives the same addresses on every machine. */
static uint64_t hash(const char *text)
{
	uint64_t value = 0xcbf29ce484222325;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 0x100000001b3;
	return value;
}

uint32_t plan_stack_hash(const char *stack)
{
	return (uint32_t)hash(stack);
}

static bool speaks(const struct policy_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport != POLICY_UNIX)
			return true;
	for (size_t i = 0; i < service->connect_count; i++)
		if (service->connects[i].transport != POLICY_UNIX)
			return true;
	return service->publish_count > 0;
}

/* In audit mode each has a link: what it tries has to leave it, to be recorded. */
static bool linked(const struct planner *planner, size_t index)
{
	return speaks(planner->from[index]) ||
	       plan_audit(&planner->plan->services[index], LAYER_NETWORK);
}

/* The longest prefix with an address for each service, the router and both ends. */
static unsigned longest_prefix(size_t links)
{
	unsigned length = 30;

	while ((UINT64_C(1) << (32 - length)) < links + 3)
		length--;
	return length;
}

/* Where the policy gives none: few lengths, so that a stack that grows keeps its addresses. */
static unsigned own_prefix(size_t links)
{
	unsigned longest = longest_prefix(links);

	return longest >= 24 ? 24 : longest >= 20 ? 20 : 16;
}

/* The address before the slash, and the bits behind it; false: the policy gives no range. */
static bool read_range(const struct policy_text *given, int family, void *address, unsigned *bits)
{
	char text[INET6_ADDRSTRLEN] = "";
	const char *slash = given->text ? strchr(given->text, '/') : NULL;
	uint64_t number;

	if (!slash || (size_t)(slash - given->text) >= sizeof(text))
		return false;
	memcpy(text, given->text, (size_t)(slash - given->text));
	if (inet_pton(family, text, address) != 1 || !text_number(slash + 1, 128, &number))
		return false;
	*bits = (unsigned)number;
	return true;
}

static uint32_t base4(struct planner *planner, size_t links, unsigned *length)
{
	const struct policy_text *given = &planner->policy->addresses.ipv4;
	unsigned longest = longest_prefix(links);
	struct in_addr address;

	if (read_range(given, AF_INET, &address, length)) {
		if (*length > longest) {
			struct report_entry *entry =
				report_add(planner->report, REPORT_ERROR, given->where, 0,
					"%s has no room for %zu services", given->text, links);
			report_hint(planner->report, entry, "at least a /%u", longest);
		}
		return ntohl(address.s_addr);
	}
	*length = own_prefix(links);
	/* 198.18.0.0/15 is reserved for tests between networks (RFC 2544): no site routes it. */
	uint32_t slots = 1u << (*length - 15);
	return (198u << 24 | 18u << 16) +
	       (uint32_t)(hash(planner->plan->stack) % slots) * (1u << (32 - *length));
}

static const char *print4_in(struct arena *arena, uint32_t address)
{
	return arena_printf(arena, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		address >> 8 & 255, address & 255);
}

static const char *print4(struct planner *planner, uint32_t address)
{
	return print4_in(planner->arena, address);
}

const char *plan_host4(const char *prefix4, struct arena *arena)
{
	const char *slash = prefix4 ? strchr(prefix4, '/') : NULL;
	struct in_addr base;
	uint64_t bits;

	if (!slash || !text_number(slash + 1, 30, &bits) || bits == 0 ||
		inet_pton(AF_INET, arena_text_length(arena, prefix4, (size_t)(slash - prefix4)),
			&base) != 1)
		return NULL;
	return print4_in(arena, ntohl(base.s_addr) + (1u << (32 - bits)) - 2);
}

/* Of a range wider than /64 its first. */
static unsigned base6(struct planner *planner, struct in6_addr *address)
{
	uint64_t bits = hash(planner->plan->stack);
	unsigned length;

	memset(address, 0, sizeof(*address));
	if (read_range(&planner->policy->addresses.ipv6, AF_INET6, address, &length))
		return length > 64 ? length : 64;
	/* A unique local prefix (RFC 4193): fd, forty bits, subnet 0. */
	address->s6_addr[0] = 0xfd;
	for (int i = 0; i < 5; i++)
		address->s6_addr[1 + i] = (uint8_t)(bits >> (8 * i));
	return 64;
}

static const char *print6(struct planner *planner, const struct in6_addr *base, uint32_t host)
{
	struct in6_addr address = *base;
	char text[INET6_ADDRSTRLEN];

	for (int i = 15; i >= 12; i--, host >>= 8)
		address.s6_addr[i] |= (uint8_t)host;
	inet_ntop(AF_INET6, &address, text, sizeof(text));
	return arena_text(planner->arena, text);
}

uint32_t plan_stack_id(const struct planner *planner, const char *what)
{
	const char *name = arena_printf(planner->arena, "%s//%s", planner->plan->stack, what);

	for (size_t i = 0; i < planner->host->id_count; i++)
		if (text_equal(planner->host->ids[i].name, name))
			return planner->host->ids[i].id;
	return planner->host->id_first;
}

/* A name of an interface has room for fifteen characters; no short name looks like a cut one. */
static const char *host_link(struct planner *planner)
{
	const char *stack = planner->plan->stack;

	return strlen(stack) < 12 ? arena_printf(planner->arena, "bh-%s", stack)
				  : arena_printf(planner->arena, "bh-%.3s-%08" PRIx32, stack,
					    plan_stack_hash(stack));
}

/* Derived from the stack's name unless the policy gives it. */
static struct where origin_of(const struct planner *planner, const struct policy_text *given)
{
	return given->text ? given->where : planner->policy->where;
}

void plan_addresses(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct plan_network *network = &plan->network;
	struct in6_addr six;
	unsigned length, length6;

	/* Each has its place, with a link or without, that nobody else moves when one gets its
	 * first edge.  And one for the host. */
	uint32_t four =
		base4(planner, plan->service_count + (planner->policy->nat.file != NULL), &length);
	length6 = base6(planner, &six);
	network->where = planner->policy->where;
	network->prefix4_where = origin_of(planner, &planner->policy->addresses.ipv4);
	network->prefix6_where = origin_of(planner, &planner->policy->addresses.ipv6);
	network->prefix4 = arena_printf(planner->arena, "%s/%u", print4(planner, four), length);
	network->prefix6 = arena_printf(planner->arena, "%s/%u", print6(planner, &six, 0), length6);
	network->router4 = print4(planner, four + 1);
	network->router6 = print6(planner, &six, 1);
	network->host4 = plan_host4(network->prefix4, planner->arena);
	network->door_where = planner->policy->nat;
	if (planner->policy->nat.file)
		network->host_link = host_link(planner);
	network->router_id = plan_stack_id(planner, "router");
	network->gateway_id = plan_stack_id(planner, "gateway");
	network->supervisor_id = plan_stack_id(planner, "supervisor");
	for (size_t i = 0; i < plan->service_count; i++) {
		struct plan_service *service = &plan->services[i];

		if (!linked(planner, i))
			continue;
		service->linked = true;
		service->link = (uint32_t)i + 1;
		service->address4 = print4(planner, four + 1 + service->link);
		service->address6 = print6(planner, &six, 1 + service->link);
	}
}
