/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_loopback.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "enforce/network_link.h"
#include "plan/plan.h"

static const char *const transports[] = {[PLAN_TCP] = "tcp", [PLAN_UDP] = "udp"};

static bool is_wide(const char *address)
{
	return strchr(address, ':') != NULL;
}

static bool looks(const struct plan_service *service, const struct plan_edge *edge)
{
	return edge->at && edge->transport != PLAN_UNIX && text_equal(edge->from, service->name);
}

static bool any_looks(const struct plan *plan, const struct plan_service *service, bool wide)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if (looks(service, &plan->edges[i]) && is_wide(plan->edges[i].at) == wide)
			return true;
	return false;
}

static bool any_waits(const struct plan_service *service, bool wide)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].at && is_wide(service->listens[i].at) == wide)
			return true;
	return false;
}

bool enforce_network_loopback(
	const struct plan *plan, const struct plan_service *service, bool wide)
{
	return service->linked && (any_looks(plan, service, wide) || any_waits(service, wide));
}

/* What arrives by a link carries no loopback address: the kernel's own rule, which the knob that
 * is needed here lifts. */
static void write_martian(FILE *out)
{
	fputs("\tchain martian {\n"
	      "\t\ttype filter hook prerouting priority raw; policy accept;\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip saddr 127.0.0.0/8 drop\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip daddr 127.0.0.0/8 drop\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip6 saddr ::1 drop\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip6 daddr ::1 drop\n"
	      "\t}\n",
		out);
}

static bool same_place(const struct plan_edge *left, const struct plan_edge *right)
{
	return left->transport == right->transport && left->at_port == right->at_port &&
	       text_equal(left->at, right->at);
}

static void write_target(FILE *out, const struct plan *plan, const struct plan_edge *edge)
{
	const struct plan_service *to = plan_service(plan, edge->to);

	fprintf(out, "%s . %u", is_wide(edge->at) ? to->address6 : to->address4, edge->port);
}

/* Where edge @index is the first at its place: the rule for all there, instances of one service,
 * which take turns. */
static void write_place(
	FILE *out, const struct plan *plan, const struct plan_service *service, size_t index)
{
	const struct plan_edge *edge = &plan->edges[index];
	const char *family = is_wide(edge->at) ? "ip6" : "ip";
	size_t count = 0;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *other = &plan->edges[i];

		if (!looks(service, other) || !same_place(edge, other))
			continue;
		if (i < index)
			return;
		count++;
	}
	fprintf(out, "\t\t%s daddr %s %s dport %u dnat %s to numgen inc mod %zu map {", family,
		edge->at, transports[edge->transport], edge->at_port, family, count);
	count = 0;
	for (size_t i = index; i < plan->edge_count; i++) {
		if (!looks(service, &plan->edges[i]) || !same_place(edge, &plan->edges[i]))
			continue;
		fprintf(out, "%s %zu : ", count ? "," : "", count);
		count++;
		write_target(out, plan, &plan->edges[i]);
	}
	fputs(" }\n", out);
}

/* The source is still the loopback's when the packet leaves: the service's own is given to it. */
static void write_looks(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	fputs("\tchain look {\n"
	      "\t\ttype nat hook output priority -100; policy accept;\n",
		out);
	for (size_t i = 0; i < plan->edge_count; i++)
		if (looks(service, &plan->edges[i]))
			write_place(out, plan, service, i);
	fprintf(out,
		"\t}\n"
		"\tchain leave {\n"
		"\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
		"\t\toifname \"" NETWORK_SERVICE_LINK
		"\" ct status dnat ip saddr 127.0.0.0/8 snat ip to %s\n"
		"\t\toifname \"" NETWORK_SERVICE_LINK
		"\" ct status dnat ip6 saddr ::1 snat ip6 to %s\n"
		"\t}\n",
		service->address4, service->address6);
}

/*
 * A daemon that insists on its loopback trusts it, too: its peers come from
 * there, as they did when all ran on one host.  Clients from outside, and the
 * router, keep their own addresses, so that none of them is taken for local.
 */
static void write_waits(FILE *out, const struct plan_service *service)
{
	fputs("\tchain arrive {\n"
	      "\t\ttype nat hook prerouting priority dstnat; policy accept;\n",
		out);
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];
		bool wide = listen->at && is_wide(listen->at);

		if (listen->at)
			fprintf(out,
				"\t\tiifname \"" NETWORK_SERVICE_LINK
				"\" %s daddr %s %s dport %u-%u dnat %s to %s\n",
				wide ? "ip6" : "ip", wide ? service->address6 : service->address4,
				transports[listen->transport], listen->first, listen->last,
				wide ? "ip6" : "ip", listen->at);
	}
	fputs("\t}\n"
	      "\tchain settle {\n"
	      "\t\ttype nat hook input priority 100; policy accept;\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ct status dnat "
	      "ip saddr . meta l4proto . th dport @listens4 snat ip to 127.0.0.1\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ct status dnat "
	      "ip6 saddr . meta l4proto . th dport @listens6 snat ip6 to ::1\n"
	      "\t}\n",
		out);
}

void enforce_network_loopback_chains(
	FILE *out, const struct plan *plan, const struct plan_service *service)
{
	bool looked = any_looks(plan, service, false) || any_looks(plan, service, true);
	bool waited = any_waits(service, false) || any_waits(service, true);

	if (looked || waited)
		write_martian(out);
	if (looked)
		write_looks(out, plan, service);
	if (waited)
		write_waits(out, service);
}
