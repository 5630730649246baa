/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "edges.h"
#include "enforce/network_link.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "many.h"
#include "plan/plan.h"

double edges_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The services of an edge, without a search: their names are their places. */
static const struct plan_service *end_of(const struct plan *plan, const char *name)
{
	return &plan->services[strtoul(name + sizeof("service-") - 1, NULL, 10)];
}

char *edges_linear(const struct plan *plan)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs("table inet linear {\n\tchain forward {\n"
	      "\t\ttype filter hook forward priority filter; policy drop;\n"
	      "\t\tct state established,related accept\n",
		out);
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_service *from = end_of(plan, plan->edges[i].from);
		const struct plan_service *to = end_of(plan, plan->edges[i].to);
		char link[NETWORK_LINK_NAME];

		enforce_network_link_name(from->link, link);
		fprintf(out,
			"\t\tiifname \"%s\" ip saddr %s ip daddr %s tcp dport %u accept\n"
			"\t\tiifname \"%s\" ip6 saddr %s ip6 daddr %s tcp dport %u accept\n",
			link, from->address4, to->address4, plan->edges[i].port, link,
			from->address6, to->address6, plan->edges[i].port);
	}
	fputs("\t}\n}\n", out);
	return fclose(out) ? NULL : text;
}

const char *edges_iptables(const struct plan *plan, struct arena *arena)
{
	char *path = arena_text(arena, "/tmp/bench-edges.XXXXXX");
	int made = mkostemp(path, O_CLOEXEC);
	FILE *out = made < 0 ? NULL : fdopen(made, "w");

	if (!out)
		edges_fail(path);
	fputs("*filter\n:FORWARD DROP\n"
	      "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n",
		out);
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_service *from = end_of(plan, plan->edges[i].from);
		char link[NETWORK_LINK_NAME];

		enforce_network_link_name(from->link, link);
		fprintf(out, "-A FORWARD -i %s -s %s -d %s -p tcp --dport %u -j ACCEPT\n", link,
			from->address4, end_of(plan, plan->edges[i].to)->address4,
			plan->edges[i].port);
	}
	fputs("COMMIT\n", out);
	if (fclose(out))
		edges_fail(path);
	return path;
}

bool edges_restore(const char *path)
{
	extern char **environ;
	char *words[] = {"iptables-nft-restore", (char *)path, NULL};
	int status = -1;
	pid_t child;
	int error = posix_spawnp(&child, words[0], NULL, NULL, words, environ);

	if (error == ENOENT)
		return false;
	if (error || waitpid(child, &status, 0) != child || status != 0)
		edges_fail(words[0]);
	return true;
}

/* From the second service to the first, which no edge does. */
static void write_change(char *text, size_t room, const char *verb, const struct plan *plan)
{
	const struct plan_service *from = &plan->services[MANY_SERVER];
	const struct plan_service *to = &plan->services[MANY_CLIENT];

	snprintf(text, room,
		"%s element inet bulkhead edges4 { %s . %s . tcp . 7 }\n"
		"%s element inet bulkhead edges6 { %s . %s . tcp . 7 }\n",
		verb, from->address4, to->address4, verb, from->address6, to->address6);
}

static double change(const char *text)
{
	struct fault why = {0};
	double start = edges_now();

	if (enforce_nft_load(text, "edge", (struct where){0}, &why) < 0)
		edges_fail(why.text);
	return edges_now() - start;
}

void edges_change(const struct plan *plan, int network, double *adds, double *aways, size_t count)
{
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, NULL);
	char add[1024], away[1024];

	if (home < 0)
		edges_fail("router");
	write_change(add, sizeof(add), "add", plan);
	write_change(away, sizeof(away), "delete", plan);
	for (size_t i = 0; i < count; i++) {
		adds[i] = change(add);
		aways[i] = change(away);
	}
}
