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

/* The smallest prefix with an address for each linked service, its router and both ends. */
static unsigned prefix_length(size_t links)
{
	return links <= 253 ? 24 : links <= 4093 ? 20 : 16;
}

static uint32_t base4(struct planner *planner, size_t links, unsigned *length)
{
	const struct policy_text *given = &planner->policy->addresses.ipv4;
	struct in_addr address = {0};
	char text[INET_ADDRSTRLEN] = "";
	uint64_t bits = 0;
	const char *slash = given->text ? strchr(given->text, '/') : NULL;

	*length = prefix_length(links);
	if (slash && (size_t)(slash - given->text) < sizeof(text)) {
		memcpy(text, given->text, (size_t)(slash - given->text));
		if (inet_pton(AF_INET, text, &address) == 1 && text_number(slash + 1, 32, &bits)) {
			if (bits > *length) {
				struct report_entry *entry = report_add(planner->report,
					REPORT_ERROR, given->where, 0,
					"%s has no room for %zu services", given->text, links);
				report_hint(planner->report, entry, "at least a /%u", *length);
			}
			*length = (unsigned)bits;
			return ntohl(address.s_addr) & (bits ? ~0u << (32 - bits) : 0);
		}
	}
	/* 198.18.0.0/15 is reserved for tests between networks (RFC 2544): no site routes it. */
	uint32_t slots = 1u << (*length - 15);
	return (198u << 24 | 18u << 16) +
	       (uint32_t)(hash(planner->plan->stack) % slots) * (1u << (32 - *length));
}

static const char *print4(struct planner *planner, uint32_t address)
{
	return arena_printf(planner->arena, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		address >> 8 & 255, address & 255);
}

static void base6(struct planner *planner, struct in6_addr *address)
{
	const struct policy_text *given = &planner->policy->addresses.ipv6;
	uint64_t bits = hash(planner->plan->stack);
	char text[INET6_ADDRSTRLEN] = "";
	const char *slash = given->text ? strchr(given->text, '/') : NULL;

	memset(address, 0, sizeof(*address));
	if (slash && (size_t)(slash - given->text) < sizeof(text)) {
		memcpy(text, given->text, (size_t)(slash - given->text));
		if (inet_pton(AF_INET6, text, address) == 1) {
			memset(address->s6_addr + 8, 0, 8);
			return;
		}
	}
	/* A unique local prefix (RFC 4193): fd, forty bits, subnet 0. */
	address->s6_addr[0] = 0xfd;
	for (int i = 0; i < 5; i++)
		address->s6_addr[1 + i] = (uint8_t)(bits >> (8 * i));
}

static const char *print6(struct planner *planner, const struct in6_addr *base, uint32_t host)
{
	struct in6_addr address = *base;
	char text[INET6_ADDRSTRLEN];

	address.s6_addr[12] = (uint8_t)(host >> 24);
	address.s6_addr[13] = (uint8_t)(host >> 16);
	address.s6_addr[14] = (uint8_t)(host >> 8);
	address.s6_addr[15] = (uint8_t)host;
	inet_ntop(AF_INET6, &address, text, sizeof(text));
	return arena_text(planner->arena, text);
}

static uint32_t stack_id(const struct planner *planner, const char *what)
{
	const char *name = arena_printf(planner->arena, "%s//%s", planner->plan->stack, what);

	for (size_t i = 0; i < planner->host->id_count; i++)
		if (text_equal(planner->host->ids[i].name, name))
			return planner->host->ids[i].id;
	return planner->host->id_first;
}

/* Derived from the stack's name unless the policy gives it. */
static struct where origin_of(const struct planner *planner, const struct policy_text *given)
{
	return given->text ? given->where : planner->policy->where;
}

static void give_addresses(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct plan_network *network = &plan->network;
	struct in6_addr six;
	size_t links = 0;
	unsigned length;

	for (size_t i = 0; i < plan->service_count; i++)
		links += linked(planner, i);
	uint32_t four = base4(planner, links, &length);
	base6(planner, &six);
	network->where = planner->policy->where;
	network->prefix4_where = origin_of(planner, &planner->policy->addresses.ipv4);
	network->prefix6_where = origin_of(planner, &planner->policy->addresses.ipv6);
	network->prefix4 = arena_printf(planner->arena, "%s/%u", print4(planner, four), length);
	network->prefix6 = arena_printf(planner->arena, "%s/64", print6(planner, &six, 0));
	network->router4 = print4(planner, four + 1);
	network->router6 = print6(planner, &six, 1);
	network->router_id = stack_id(planner, "router");
	network->gateway_id = stack_id(planner, "gateway");
	network->supervisor_id = stack_id(planner, "supervisor");
	for (size_t i = 0, link = 0; i < plan->service_count; i++) {
		struct plan_service *service = &plan->services[i];

		if (!linked(planner, i))
			continue;
		service->linked = true;
		service->link = (uint32_t)++link;
		service->address4 = print4(planner, four + 1 + service->link);
		service->address6 = print6(planner, &six, 1 + service->link);
	}
}

static const char *folder_of(struct planner *planner, const char *path)
{
	const char *slash = strrchr(path, '/');

	return arena_text_length(planner->arena, path, (size_t)(slash - path));
}

/* "pages+run+php": what else the service listens on does not change it. */
static const char *folder_name(struct planner *planner, const char *service, const char *folder)
{
	const char *name = service;

	for (; *folder; folder++)
		if (*folder == '/')
			name = arena_printf(planner->arena, "%s+", name);
		else if (*folder == '+' || *folder == '%')
			name = arena_printf(planner->arena, "%s%%%02x", name, *folder);
		else
			name = arena_printf(planner->arena, "%s%c", name, *folder);
	return name;
}

static uint32_t socket_group(struct planner *planner, const struct policy_listen *listen,
	const struct plan_service *service)
{
	if (!listen->group)
		return service->identity.gid;
	const struct host_group *group = host_group(planner->host, listen->group);
	if (group && group->found)
		return group->gid;
	plan_missing(
		planner, listen->where, "there is no group '%s' on this machine", listen->group);
	return service->identity.gid;
}

static void add_listens(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan *plan = planner->plan;

	for (size_t i = 0; i < from->listen_count; i++) {
		const struct policy_listen *given = &from->listens[i];
		struct plan_listen *listen = arena_append(
			planner->arena, &service->listens, &service->listen_count, sizeof(*listen));

		*listen = (struct plan_listen){(enum plan_transport)given->transport, given->first,
			given->last, given->path, given->mode, given->at, given->where};
		if (given->transport != POLICY_UNIX)
			continue;
		const char *path = folder_of(planner, given->path);
		bool known = false;
		for (size_t j = 0; j < plan->socket_folder_count && !known; j++)
			known = text_equal(plan->socket_folders[j].service, service->name) &&
				text_equal(plan->socket_folders[j].folder, path);
		if (known)
			continue;
		struct plan_socket_folder *folder = arena_append(planner->arena,
			&plan->socket_folders, &plan->socket_folder_count, sizeof(*folder));
		*folder = (struct plan_socket_folder){
			.name = folder_name(planner, service->name, path),
			.service = service->name,
			.folder = path,
			.uid = service->identity.uid,
			.gid = socket_group(planner, given, service),
			.where = given->where,
		};
	}
}

const struct plan_socket_folder *plan_socket_folder(
	const struct plan *plan, const char *service, const char *path)
{
	for (size_t i = 0; i < plan->socket_folder_count; i++)
		if (text_equal(plan->socket_folders[i].service, service) &&
			text_path_within(path, plan->socket_folders[i].folder))
			return &plan->socket_folders[i];
	return NULL;
}

/* A socket folder is mode 2770: who is not of its group cannot pass. */
static void check_group(struct planner *planner, const struct plan_socket_folder *folder,
	const struct plan_service *service, struct where where)
{
	const struct plan_identity *identity = &service->identity;
	bool member = identity->gid == folder->gid || identity->uid == folder->uid;

	for (size_t i = 0; i < identity->group_count; i++)
		member = member || identity->groups[i] == folder->gid;
	if (member)
		return;
	struct report_entry *entry = report_add(planner->report, REPORT_WARNING, where, 0,
		"'%s' runs as %s, which is not of the group of %s", service->name, identity->user,
		folder->folder);
	report_other(entry, folder->where, "the socket folder belongs to this group");
	/* Without a `user` its group is one of its own, which no policy can name. */
	if (identity->gid < planner->host->id_first)
		report_hint(planner->report, entry,
			"give the socket the group of '%s' (group: %s), or add the socket's group "
			"to its `groups`",
			service->name, identity->group_name);
	else
		report_hint(planner->report, entry,
			"give '%s' a `user`, and the socket the group of that, or add the socket's "
			"group to its `groups`",
			service->name);
}

/* What another line declared already: the service, and one of its instances.  Or NULL. */
static struct plan_edge *same_edge(const struct plan *plan, const struct plan_edge *edge)
{
	for (size_t i = plan->edge_count; i-- > 0;) {
		struct plan_edge *other = &plan->edges[i];

		/* A service's edges stand together. */
		if (!text_equal(other->from, edge->from))
			return NULL;
		if (other->transport == edge->transport && other->port == edge->port &&
			text_equal(other->to, edge->to) && text_equal(other->path, edge->path))
			return other;
	}
	return NULL;
}

static void add_edge(struct planner *planner, const struct plan_service *service,
	const struct policy_connect *given, const struct plan_service *peer)
{
	struct plan *plan = planner->plan;
	struct plan_edge edge = {
		.from = service->name,
		.to = peer->name,
		.transport = (enum plan_transport)given->transport,
		.port = given->port,
		.path = given->path,
		.at = given->at,
		.at_port = given->at_port,
		.why = given->why,
		.owner = given->owner,
		.where = given->where,
		.listen = given->listen,
	};

	struct plan_edge *same = peer->instance ? same_edge(plan, &edge) : NULL;

	if (same && same->at)
		return;
	/* The line that says more about it. */
	if (same) {
		if (edge.at)
			*same = edge;
		return;
	}
	if (given->transport == POLICY_UNIX) {
		const struct plan_socket_folder *folder =
			plan_socket_folder(plan, peer->name, given->path);

		if (folder) {
			edge.folder = folder->name;
			check_group(planner, folder, service, given->where);
		}
	}
	*(struct plan_edge *)arena_append(
		planner->arena, &plan->edges, &plan->edge_count, sizeof(edge)) = edge;
}

/* The kernel must hold what the outlet, which is in the host's network, may connect to. */
static void add_host_edge(struct planner *planner, const struct policy_connect *given,
	const struct plan_service *service)
{
	struct plan *plan = planner->plan;
	struct plan_host_edge *edge = arena_append(
		planner->arena, &plan->host_edges, &plan->host_edge_count, sizeof(*edge));

	*edge = (struct plan_host_edge){
		.from = service->name,
		.port = given->port,
		.at = given->at,
		.at_port = given->at_port,
		.why = given->why,
		.owner = given->owner,
		.where = given->where,
	};
	plan->network.outlet_id = stack_id(planner, "outlet");
	if (plan->host_edge_count == 1)
		plan_gap(planner, NULL, LAYER_NETWORK, HOST_CGROUP_PORTS, true, given->where,
			"nothing would hold the outlet to the declared ports of this machine");
}

/* To each instance of the peer, or to the one that is named. */
static void add_connects(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	for (size_t i = 0; i < from->connect_count; i++) {
		const struct policy_connect *given = &from->connects[i];
		size_t count = 0;
		const struct plan_service *peers =
			given->host ? NULL : plan_services_of(planner, given->peer, &count);

		if (given->host)
			add_host_edge(planner, given, service);
		for (size_t j = 0; j < count; j++)
			if (!given->instance || given->instance == peers[j].instance)
				add_edge(planner, service, given, &peers[j]);
	}
}

static void add_publishes(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan *plan = planner->plan;

	/* In audit mode it also tries those to whom it has no route. */
	service->default_route = from->publish_count > 0 || plan_audit(service, LAYER_NETWORK);
	for (size_t i = 0; i < from->publish_count; i++) {
		const struct policy_publish *given = &from->publishes[i];
		struct plan_publish *publish = arena_append(
			planner->arena, &plan->publishes, &plan->publish_count, sizeof(*publish));

		*publish =
			(struct plan_publish){service->name, (enum plan_transport)given->transport,
				given->port, given->host_port, given->address, given->where};
	}
}

void plan_network(struct planner *planner)
{
	struct plan *plan = planner->plan;

	planner->report = planner->heard;
	give_addresses(planner);
	for (size_t i = 0; i < plan->service_count; i++) {
		plan_turn_to(planner, &plan->services[i]);
		add_listens(planner, planner->from[i], &plan->services[i]);
	}
	for (size_t i = 0; i < plan->service_count; i++) {
		plan_turn_to(planner, &plan->services[i]);
		add_connects(planner, planner->from[i], &plan->services[i]);
		add_publishes(planner, planner->from[i], &plan->services[i]);
	}
}
