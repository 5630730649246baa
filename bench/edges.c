/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * edges ROUNDS EDGES FIGURES: what it takes to load the table of a router with so many edges, to
 * replace it in one step, and to change one edge in it, from this process; beside a ruleset that
 * says the same edges by a rule for each and each family, loaded by the same library, and
 * iptables-nft-restore, where it is installed, a process of its own, with the half of IPv4.  All
 * once a round.
 *
 * Then a flood of packets goes through the router while its table is replaced: how many passed that
 * neither table allows, and how many were lost that both allow.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "edges.h"
#include "enforce/network.h"
#include "enforce/network_link.h"
#include "enforce/network_rules.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "many.h"
#include "plan/plan.h"

enum { MOST_ROUNDS = 200, CHANGES = 20, SERVICES = 402 };

enum what {
	TEXT,
	LOAD,
	REPLACE,
	LINEAR_LOAD,
	LINEAR_REPLACE,
	IPTABLES_LOAD,
	IPTABLES_REPLACE,
	KINDS
};

static struct fault why;
static const struct where nowhere;
static double times[KINDS][MOST_ROUNDS], adds[MOST_ROUNDS * CHANGES], aways[MOST_ROUNDS * CHANGES];
static size_t rounds;

_Noreturn void edges_fail(const char *what)
{
	fprintf(stderr, "edges: %s: %s\n", what, why.text[0] ? why.text : strerror(errno));
	exit(1);
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double part(const double *values, size_t count, double share)
{
	static double sorted[MOST_ROUNDS * CHANGES];

	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted[(size_t)((double)(count - 1) * share)];
}

static double ratio(enum what one, enum what other, double share)
{
	static double ratios[MOST_ROUNDS];

	for (size_t i = 0; i < rounds; i++)
		ratios[i] = times[one][i] / times[other][i];
	return part(ratios, rounds, share);
}

static void load_in(int space, const char *text)
{
	scoped(visit) int home = enforce_network_visit(space, nowhere, &why);

	if (home < 0 || enforce_nft_load(text, "ruleset", nowhere, &why) < 0)
		edges_fail("load");
}

static void take_ours(const struct plan *plan, size_t round)
{
	scoped(fd) int space = enforce_network_space(nowhere, &why);
	double start = edges_now();
	scoped(memory) char *text = enforce_network_rules_router(plan);

	if (!text || space < 0)
		edges_fail("router");
	times[TEXT][round] = edges_now() - start;
	load_in(space, text);
	times[LOAD][round] = edges_now() - start;
	start = edges_now();
	if (enforce_network_renew_router(plan, space, &why) < 0)
		edges_fail("router");
	times[REPLACE][round] = edges_now() - start;
	edges_change(plan, space, &adds[round * CHANGES], &aways[round * CHANGES], CHANGES);
}

static void take_linear(const struct plan *plan, size_t round)
{
	scoped(memory) char *text = edges_linear(plan), *again = NULL;
	scoped(fd) int space = enforce_network_space(nowhere, &why);

	if (!text || space < 0 ||
		asprintf(&again, "add table inet linear\ndelete table inet linear\n%s", text) < 0)
		edges_fail("linear");
	double start = edges_now();
	load_in(space, text);
	times[LINEAR_LOAD][round] = edges_now() - start;
	start = edges_now();
	load_in(space, again);
	times[LINEAR_REPLACE][round] = edges_now() - start;
}

static bool take_iptables(const char *path, size_t round)
{
	scoped(fd) int space = enforce_network_space(nowhere, &why);
	scoped(visit) int home = space < 0 ? -1 : enforce_network_visit(space, nowhere, &why);

	if (home < 0)
		edges_fail("iptables");
	for (enum what what = IPTABLES_LOAD; what <= IPTABLES_REPLACE; what++) {
		double start = edges_now();

		if (!edges_restore(path))
			return false;
		times[what][round] = edges_now() - start;
	}
	return true;
}

static void print_row(const char *name, enum what load, enum what replace)
{
	printf("%-44s", name);
	for (int i = 0; i < 2; i++) {
		enum what what = i ? replace : load, other = i ? LINEAR_REPLACE : LINEAR_LOAD;

		if (what == KINDS)
			break;
		printf(" %8.1f %5.2f %5.2f %5.2f", part(times[what], rounds, 0.5),
			ratio(what, other, 0.5), ratio(what, other, 0.25),
			ratio(what, other, 0.75));
	}
	printf("\n");
}

static void print_change(const char *name, const double *took)
{
	const size_t count = rounds * CHANGES;

	printf("%-44s %8.3f       %5.2f %5.2f  least %.3f, 95 %% %.3f\n", name,
		part(took, count, 0.5), part(took, count, 0.25), part(took, count, 0.75),
		part(took, count, 0), part(took, count, 0.95));
}

static void print_tables(const struct edges_flood *flood, bool iptables, FILE *figures)
{
	printf("%-44s %8s %5s %11s %8s %5s %11s\n", "ms", "load", "ratio", "quartiles", "replace",
		"ratio", "quartiles");
	print_row("nft, a rule for each edge and family", LINEAR_LOAD, LINEAR_REPLACE);
	print_row("bulkhead, the router's table", LOAD, REPLACE);
	print_row("  of this, writing its text", TEXT, KINDS);
	if (iptables)
		print_row("iptables-nft-restore, IPv4 alone", IPTABLES_LOAD, IPTABLES_REPLACE);
	printf("%-44s %8s       %11s\n", "one edge in it, ms", "median", "quartiles");
	print_change("  added", adds);
	print_change("  taken away", aways);
	printf("while it was replaced %zu times: of %lu packets that both allow %lu were lost; of "
	       "%lu that neither allows %lu passed\n",
		flood->replaced, flood->allowed, flood->lost, flood->forbidden, flood->passed);
	fprintf(figures, "edges\tload\t%.4f\nedges\treplace\t%.4f\n", ratio(LOAD, LINEAR_LOAD, 0.5),
		ratio(REPLACE, LINEAR_REPLACE, 0.5));
	fprintf(figures, "edges\tadd: ms\t%.4f\nedges\tdelete: ms\t%.4f\n",
		part(adds, rounds * CHANGES, 0.5), part(aways, rounds * CHANGES, 0.5));
	fprintf(figures, "edges\tlost\t%lu\nedges\tpassed\t%lu\n", flood->lost, flood->passed);
}

int main(int argc, char **argv)
{
	scoped(arena) struct arena *arena = arena_new();
	struct edges_flood flood = {0};

	if (argc != 4 || (rounds = strtoul(argv[1], NULL, 10)) == 0 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "usage: edges ROUNDS EDGES FIGURES\n");
		return 2;
	}
	const struct many many = {.stack = "bench-edges",
		.services = SERVICES,
		.edges = strtoul(argv[2], NULL, 10),
		.own = 1,
		.transport = PLAN_TCP};
	const struct plan *plan = many_plan(&many, arena);
	const char *restored = edges_iptables(plan, arena);
	bool iptables = true;
	/* The last round may be the first to fail: it says so by itself. */
	for (size_t i = 0; i < rounds; i++) {
		bool first = random() % 2;

		if (first)
			take_ours(plan, i);
		take_linear(plan, i);
		if (!first)
			take_ours(plan, i);
		iptables = iptables && take_iptables(restored, i);
	}
	unlink(restored);
	edges_flood(plan, &flood);
	scoped(file) FILE *figures = fopen(argv[3], "ae");
	if (!figures)
		edges_fail(argv[3]);
	print_tables(&flood, iptables, figures);
	return 0;
}
