/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * price ROUNDS LIST FILTER COMMAND...: where the time of the floor goes.  Launches COMMAND ROUNDS
 * times from this one process and prints the lower quartile of what each step took, in
 * microseconds, and the whole; beside it the same command with no step at all.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "floor.h"

enum { MOST_ROUNDS = 1000, MOST_PARTS = 20 };

static double parts[MOST_PARTS][MOST_ROUNDS], whole[MOST_ROUNDS], bare[MOST_ROUNDS],
	ratio[MOST_ROUNDS];

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double part(double *times, size_t rounds, double share)
{
	qsort(times, rounds, sizeof(*times), compare);
	return times[(size_t)((double)(rounds - 1) * share)];
}

static void wait_for(int child)
{
	int status = -1;

	if (waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "price: a launch failed\n");
		exit(1);
	}
}

/* With every step, or with none; since when, and until the command has ended. */
static double launch(
	const struct floor_work *work, char **command, volatile double *ended, bool confined)
{
	for (size_t i = 0; i < floor_step_count; i++)
		floor_steps[i].left_out = !confined;
	double start = floor_now();
	wait_for(floor_launch(work, command, ended));
	return start;
}

static void take_round(
	const struct floor_work *work, char **command, volatile double *ended, size_t round)
{
	double start = launch(work, command, ended, false);

	bare[round] = floor_now() - start;
	start = launch(work, command, ended, true);
	double before = start, end = floor_now();
	whole[round] = end - start;
	ratio[round] = whole[round] / bare[round];
	for (size_t i = 0; i < floor_step_count; i++) {
		parts[i + 1][round] = ended[i] - before;
		before = ended[i];
	}
	parts[floor_step_count + 1][round] = end - before;
}

int main(int argc, char **argv)
{
	static struct floor_work work;
	size_t rounds = argc > 4 ? strtoul(argv[1], NULL, 10) : 0;

	if (rounds == 0 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "usage: price ROUNDS LIST FILTER COMMAND...\n");
		return 2;
	}
	floor_read(&work, argv[2], argv[3]);
	volatile double *ended =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ended == MAP_FAILED)
		floor_fail("mmap");
	for (size_t round = 0; round < rounds; round++)
		take_round(&work, &argv[4], ended, round);
	printf("%-24s %8s\n", "step", "us");
	printf("%-24s %8.0f\n", "clone3", part(parts[1], rounds, 0.25));
	for (size_t i = 1; i < floor_step_count; i++)
		if (floor_steps[i].run)
			printf("%-24s %8.0f\n", floor_steps[i].name,
				part(parts[i + 1], rounds, 0.25));
	printf("%-24s %8.0f\n", "execute, run, end",
		part(parts[floor_step_count + 1], rounds, 0.25));
	printf("%-24s %8.0f\n%-24s %8.0f\n%-24s %8.2f\n", "the whole, median",
		part(whole, rounds, 0.5), "no step at all, median", part(bare, rounds, 0.5),
		"ratio, median of rounds", part(ratio, rounds, 0.5));
	return 0;
}
