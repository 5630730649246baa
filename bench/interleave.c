/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * interleave ROUNDS NAME COMMAND... [++ NAME COMMAND...]...
 *
 * Run each command once a round, in random order, so that whatever else the machine does falls on
 * all alike.  Prints for each: minimum, median and 95th percentile of its wall time, and the median
 * of its ratio to the first command of the same round.  A command that failed once is void: what
 * fails fast is not fast.
 */

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ROWS = 16, MOST_ROUNDS = 1000 };

struct row {
	const char *name;
	char **command;
	bool failed;
	double times[MOST_ROUNDS], ratios[MOST_ROUNDS]; /* milliseconds; to the first row */
};

static struct row rows[MOST_ROWS];
static size_t row_count;

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double run(struct row *row, const posix_spawn_file_actions_t *quiet)
{
	extern char **environ;
	double start = milliseconds();
	int status = -1;
	pid_t child;

	if (posix_spawnp(&child, row->command[0], quiet, NULL, row->command, environ) != 0 ||
		waitpid(child, &status, 0) != child || status != 0)
		row->failed = true;
	return milliseconds() - start;
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void shuffle(size_t *order)
{
	for (size_t i = row_count; i > 1; i--) {
		size_t other = (size_t)random() % i, last = order[i - 1];

		order[i - 1] = order[other];
		order[other] = last;
	}
}

static void print_row(struct row *row, size_t rounds)
{
	if (row->failed) {
		printf("%-24s void: it failed\n", row->name);
		return;
	}
	qsort(row->times, rounds, sizeof(*row->times), compare);
	qsort(row->ratios, rounds, sizeof(*row->ratios), compare);
	printf("%-24s %8.2f %8.2f %8.2f %8.2f\n", row->name, row->times[0], row->times[rounds / 2],
		row->times[rounds * 95 / 100], row->ratios[rounds / 2]);
}

static void read_rows(char **words, int count)
{
	for (int i = 0; i + 1 < count && row_count < MOST_ROWS; i++) {
		struct row *row = &rows[row_count++];

		row->name = words[i];
		row->command = &words[i + 1];
		while (i < count && strcmp(words[i], "++") != 0)
			i++;
		words[i] = NULL; /* argv[argc] is NULL already */
	}
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
	size_t order[MOST_ROWS];
	posix_spawn_file_actions_t quiet;

	if (rounds == 0 || rounds > MOST_ROUNDS) {
		fprintf(stderr,
			"usage: interleave ROUNDS NAME COMMAND... [++ NAME COMMAND...]...\n");
		return 2;
	}
	read_rows(argv + 2, argc - 2);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	for (size_t i = 0; i < row_count; i++)
		order[i] = i;
	for (size_t round = 0; round < rounds; round++) {
		shuffle(order);
		for (size_t i = 0; i < row_count; i++)
			rows[order[i]].times[round] = run(&rows[order[i]], &quiet);
		for (size_t i = 0; i < row_count; i++)
			rows[i].ratios[round] = rows[i].times[round] / rows[0].times[round];
	}
	printf("%-24s %8s %8s %8s %8s\n", "ms", "minimum", "median", "95 %", "ratio");
	for (size_t i = 0; i < row_count; i++)
		print_row(&rows[i], rounds);
	return 0;
}
