/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * links COUNT ROUNDS FIGURES: the links of so many services up, each with edges to two others, its
 * own namespace, addresses, routes and table, as their launches make them, one after the other; and
 * down, as they are when all services have ended: from the end of the last one until no link is
 * left in the router.  Beside it as many bare namespaces with a link, and links that are taken away
 * one by one.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network.h"
#include "enforce/network_link.h"
#include "enforce/network_space.h"
#include "many.h"
#include "plan/plan.h"

enum { MOST_ROUNDS = 50, MOST_LINKS = 20000, ONE_BY_ONE = 20, PAUSE = 5000000, SPARE = 100 };
enum kind { BARE_UP, BARE_DOWN, UP, DOWN, KINDS };

static const struct where nowhere;
static struct fault why;
static double times[KINDS][MOST_ROUNDS], each[MOST_ROUNDS];
static size_t count, rounds;
static int spaces[MOST_LINKS];

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "links: %s: %s\n", what, why.text[0] ? why.text : strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* How many links of services the router has. */
static size_t left_in(int router)
{
	scoped(visit) int home = enforce_network_visit(router, nowhere, &why);
	scoped(file) FILE *table = home < 0 ? NULL : fopen("/proc/thread-self/net/dev", "re");
	char line[512];
	size_t left = 0;

	if (!table)
		fail("router");
	while (fgets(line, sizeof(line), table)) {
		const char *name = line + strspn(line, " ");

		left += name[0] == 's' && name[1] > '0' && name[1] <= '9';
	}
	return left;
}

/* Nobody holds the namespaces any more. */
static double end_all(int router, size_t ended)
{
	const struct timespec pause = {.tv_nsec = PAUSE};
	double start = now();

	for (size_t i = 0; i < ended; i++)
		close(spaces[i]);
	while (left_in(router) > 0)
		nanosleep(&pause, NULL);
	return now() - start;
}

static void make_bare(int router, size_t index)
{
	scoped(netlink) struct enforce_netlink netlink = {0};

	spaces[index] = enforce_network_space(nowhere, &why);
	scoped(visit) int home = enforce_network_visit(router, nowhere, &why);
	if (spaces[index] < 0 || home < 0 || enforce_netlink_open(&netlink, nowhere, &why) < 0 ||
		enforce_network_link_pair(&netlink, (uint32_t)index + 1, NETWORK_SERVICE_LINK,
			spaces[index], &why) < 0 ||
		enforce_netlink_flush(&netlink, &why) < 0)
		fail("bare link");
}

static void take_bare(size_t round)
{
	double start = now();
	scoped(fd) int router = enforce_network_space(nowhere, &why);

	if (router < 0)
		fail("bare router");
	for (size_t i = 0; i < count; i++)
		make_bare(router, i);
	times[BARE_UP][round] = now() - start;
	times[BARE_DOWN][round] = end_all(router, count);
}

static void take_ours(const struct plan *plan, size_t round)
{
	struct enforce_network_router router;
	double start = now();

	if (enforce_network_router(plan, &router, &why) < 0)
		fail("router");
	for (size_t i = 0; i < count; i++)
		if (enforce_network_service(
			    plan, &plan->services[i], router.network, &spaces[i], &why) < 0)
			fail(plan->services[i].name);
	times[UP][round] = now() - start;
	if (left_in(router.network) != count)
		fail("some have no link");
	size_t alone = count < ONE_BY_ONE ? count : ONE_BY_ONE;
	start = now();
	for (size_t i = 0; i < alone; i++)
		if (enforce_network_unlink(&plan->services[i], router.network, &why) < 0)
			fail(plan->services[i].name);
	each[round] = (now() - start) / (double)alone;
	times[DOWN][round] = end_all(router.network, count);
	close(router.network);
	close(router.user);
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* @share of the sorted @values. */
static double part(double *values, double share)
{
	double sorted[MOST_ROUNDS];

	memcpy(sorted, values, rounds * sizeof(*values));
	qsort(sorted, rounds, sizeof(*sorted), compare);
	return sorted[(size_t)((double)(rounds - 1) * share)];
}

static void print_row(const char *name, double *up, double *down)
{
	printf("%-44s", name);
	for (int i = 0; i < 2; i++)
		printf(" %8.3f %6.3f %6.3f", part(i ? down : up, 0.5), part(i ? down : up, 0),
			part(i ? down : up, 1));
	printf("\n");
}

int main(int argc, char **argv)
{
	scoped(arena) struct arena *arena = arena_new();
	struct rlimit files;

	if (argc != 4 || (count = strtoul(argv[1], NULL, 10)) < 4 || count > MOST_LINKS ||
		(rounds = strtoul(argv[2], NULL, 10)) == 0 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "usage: links COUNT ROUNDS FIGURES\n");
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max < count + SPARE ? files.rlim_max : count + SPARE;
	if (files.rlim_cur < count + SPARE || setrlimit(RLIMIT_NOFILE, &files) < 0)
		fail("there are not so many descriptors");
	const struct many many = {.stack = "bench-links",
		.services = count,
		.edges = 2 * count,
		.own = 1,
		.transport = PLAN_TCP};
	const struct plan *plan = many_plan(&many, arena);
	for (size_t i = 0; i < rounds; i++) {
		if (i % 2)
			take_ours(plan, i);
		take_bare(i);
		if (i % 2 == 0)
			take_ours(plan, i);
	}
	printf("%-44s %8s %6s %6s %8s %6s %6s\n", "s", "up", "least", "most", "down", "least",
		"most");
	print_row("namespaces with a link, and nothing else", times[BARE_UP], times[BARE_DOWN]);
	print_row("services' links", times[UP], times[DOWN]);
	printf("one link taken away by itself: %.1f ms\n", part(each, 0.5) * 1e3);
	scoped(file) FILE *figures = fopen(argv[3], "ae");
	if (!figures)
		fail(argv[3]);
	fprintf(figures, "links\tup: s\t%.4f\nlinks\tdown: s\t%.4f\n", part(times[UP], 0.5),
		part(times[DOWN], 0.5));
	return 0;
}
