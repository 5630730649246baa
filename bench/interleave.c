/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * interleave [-t TABLE -f FIGURES] [-9 FILE] ROUNDS NAME COMMAND... [++ NAME COMMAND...]...
 *
 * Run each command once a round, in random order, so that whatever else the machine does falls on
 * all alike.  Prints for each: minimum, median and 95th percentile of its wall time, the median of
 * its ratio to the first command of the same round, the median of its processor time (of the
 * processes that were waited for, its own and theirs), and the most memory that one of them had.  A
 * command that failed once is void: what fails fast is not fast.
 *
 * FIGURES is given lines for bench/goals, of the table TABLE: the median of each row in ms, its
 * memory in MB, and the median ratio of any two.  FILE is open at descriptor 9 of each command.
 */

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ROWS = 40, MOST_ROUNDS = 1000, WARM = 2 };

struct row {
	const char *name;
	char **command;
	unsigned failures;
	double memory;                                     /* megabytes */
	double times[MOST_ROUNDS], processor[MOST_ROUNDS]; /* milliseconds */
};

static struct row rows[MOST_ROWS];
static size_t row_count, rounds;

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double in_milliseconds(struct timeval time)
{
	return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static void run(struct row *row, const posix_spawn_file_actions_t *quiet, size_t place)
{
	extern char **environ;
	struct rusage usage = {0};
	double start = milliseconds();
	int status = -1;
	pid_t child;

	if (posix_spawnp(&child, row->command[0], quiet, NULL, row->command, environ) != 0 ||
		wait4(child, &status, 0, &usage) != child || status != 0)
		row->failures++;
	row->times[place] = milliseconds() - start;
	row->processor[place] = in_milliseconds(usage.ru_utime) + in_milliseconds(usage.ru_stime);
	double memory = (double)usage.ru_maxrss / 1024;
	row->memory = memory > row->memory ? memory : row->memory;
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* @share of the sorted @times. */
static double part(const double *times, double share)
{
	static double sorted[MOST_ROUNDS];

	memcpy(sorted, times, rounds * sizeof(*times));
	qsort(sorted, rounds, sizeof(*sorted), compare);
	return sorted[(size_t)((double)(rounds - 1) * share)];
}

static double ratio(const struct row *row, const struct row *other)
{
	static double ratios[MOST_ROUNDS];

	for (size_t i = 0; i < rounds; i++)
		ratios[i] = row->times[i] / other->times[i];
	return part(ratios, 0.5);
}

static void shuffle(size_t *order)
{
	for (size_t i = row_count; i > 1; i--) {
		size_t other = (size_t)random() % i, last = order[i - 1];

		order[i - 1] = order[other];
		order[other] = last;
	}
}

static void take_rounds(const posix_spawn_file_actions_t *quiet)
{
	size_t order[MOST_ROWS];

	for (size_t i = 0; i < row_count; i++)
		order[i] = i;
	for (size_t round = 0; round < WARM + rounds; round++) {
		size_t place = round < WARM ? 0 : round - WARM;

		shuffle(order);
		for (size_t i = 0; i < row_count; i++)
			run(&rows[order[i]], quiet, place);
	}
}

static void print_row(const struct row *row)
{
	if (row->failures)
		printf("%-28s void: it failed %u times of %zu\n", row->name, row->failures,
			WARM + rounds);
	else
		printf("%-28s %9.2f %9.2f %9.2f %9.2f %9.2f %9.1f\n", row->name,
			part(row->times, 0), part(row->times, 0.5), part(row->times, 0.95),
			rows[0].failures ? 0 : ratio(row, &rows[0]), part(row->processor, 0.5),
			row->memory);
}

static void write_figures(const char *path, const char *table)
{
	FILE *file = fopen(path, "ae");

	if (!file) {
		perror(path);
		exit(1);
	}
	for (size_t i = 0; i < row_count; i++) {
		if (rows[i].failures)
			continue;
		fprintf(file, "%s\t%s: ms\t%.4f\n", table, rows[i].name, part(rows[i].times, 0.5));
		fprintf(file, "%s\t%s: MB\t%.2f\n", table, rows[i].name, rows[i].memory);
		for (size_t j = 0; j < row_count; j++)
			if (j != i && !rows[j].failures)
				fprintf(file, "%s\t%s / %s\t%.4f\n", table, rows[i].name,
					rows[j].name, ratio(&rows[i], &rows[j]));
	}
	fclose(file);
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
	const char *figures = NULL, *table = "";
	posix_spawn_file_actions_t quiet;
	int option;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	while ((option = getopt(argc, argv, "+f:t:9:")) >= 0) {
		if (option == 'f')
			figures = optarg;
		else if (option == 't')
			table = optarg;
		else if (option == '9')
			posix_spawn_file_actions_addopen(&quiet, 9, optarg, O_RDONLY, 0);
		else
			return 2;
	}
	rounds = argc > optind + 2 ? strtoul(argv[optind], NULL, 10) : 0;
	if (rounds == 0 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "usage: interleave [-t TABLE -f FIGURES] [-9 FILE] ROUNDS "
				"NAME COMMAND... [++ NAME COMMAND...]...\n");
		return 2;
	}
	read_rows(argv + optind + 1, argc - optind - 1);
	take_rounds(&quiet);
	printf("%-28s %9s %9s %9s %9s %9s %9s\n", "ms", "minimum", "median", "95 %", "ratio",
		"processor", "MB");
	for (size_t i = 0; i < row_count; i++)
		print_row(&rows[i]);
	if (figures)
		write_figures(figures, table);
	return 0;
}
