/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * paths tcp|udp ROUNDS TABLE FIGURES [NAME FOLDER GROUP ADDRESS PORT]...: the way of packets
 * between two network namespaces, FOLDER/client and FOLDER/server, of each row.  In each round, in
 * random order, a client of each row measures
 *
 *     round trip   a byte there and back on an open connection (udp: from one socket)
 *     new          a connection of its own for a byte there and back (udp: a socket), socket and
 *                  close with it; the client closes by a reset, so that nothing waits behind it
 *
 * each the best of several windows, since another program's turn on the processor is none of what
 * is measured.  Client and server are in the cgroups GROUP/service-0 and GROUP/service-1, unless
 * GROUP is `-`.
 *
 * Prints medians and minima in microseconds, the median of the ratios to the first row of the same
 * round, and the quartiles of these.  FIGURES is given the median ratios of any two rows.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"

enum { MOST_ROWS = 24, MOST_ROUNDS = 1000, WARM = 1 };

static struct paths_row rows[MOST_ROWS];
static size_t row_count, rounds;
static double times[MOST_ROWS][PATHS_KINDS][MOST_ROUNDS];
static const char *const kinds[PATHS_KINDS] = {"round trip", "new"};

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* @share of the sorted @values. */
static double part(const double *values, double share)
{
	static double sorted[MOST_ROUNDS];

	memcpy(sorted, values, rounds * sizeof(*values));
	qsort(sorted, rounds, sizeof(*sorted), compare);
	return sorted[(size_t)((double)(rounds - 1) * share)];
}

static double ratio(size_t row, size_t other, size_t kind, double share)
{
	static double ratios[MOST_ROUNDS];

	for (size_t i = 0; i < rounds; i++)
		ratios[i] = times[row][kind][i] / times[other][kind][i];
	return part(ratios, share);
}

static void take_rounds(void)
{
	size_t order[MOST_ROWS];

	for (size_t i = 0; i < row_count; i++)
		order[i] = i;
	for (size_t round = 0; round < WARM + rounds; round++) {
		size_t place = round < WARM ? 0 : round - WARM;

		for (size_t i = row_count; i > 1; i--) {
			size_t other = (size_t)random() % i, last = order[i - 1];

			order[i - 1] = order[other];
			order[other] = last;
		}
		for (size_t i = 0; i < row_count; i++)
			for (size_t kind = 0; kind < PATHS_KINDS; kind++)
				times[order[i]][kind][place] =
					paths_measure(&rows[order[i]], (enum paths_kind)kind);
	}
}

static void print_table(void)
{
	printf("%-32s", "us");
	for (size_t kind = 0; kind < PATHS_KINDS; kind++)
		printf("  %10s %7s %5s %11s", kinds[kind], "least", "ratio", "quartiles");
	printf("\n");
	for (size_t i = 0; i < row_count; i++) {
		printf("%-32s", rows[i].name);
		for (size_t kind = 0; kind < PATHS_KINDS; kind++)
			printf("  %10.2f %7.2f %5.2f %5.2f %5.2f", part(times[i][kind], 0.5) / 1e3,
				part(times[i][kind], 0) / 1e3, ratio(i, 0, kind, 0.5),
				ratio(i, 0, kind, 0.25), ratio(i, 0, kind, 0.75));
		printf("\n");
	}
}

static void write_figures(const char *path, const char *table)
{
	FILE *file = fopen(path, "ae");

	if (!file) {
		perror(path);
		exit(1);
	}
	for (size_t i = 0; i < row_count; i++)
		for (size_t j = 0; j < row_count; j++)
			for (size_t kind = 0; j != i && kind < PATHS_KINDS; kind++)
				fprintf(file, "%s\t%s / %s: %s\t%.4f\n", table, rows[i].name,
					rows[j].name, kinds[kind], ratio(i, j, kind, 0.5));
	fclose(file);
}

int main(int argc, char **argv)
{
	enum { HEAD = 5, WORDS = 5 };

	if (argc <= HEAD || (argc - HEAD) % WORDS != 0 ||
		(rounds = strtoul(argv[2], NULL, 10)) == 0 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "usage: paths tcp|udp ROUNDS TABLE FIGURES "
				"[NAME FOLDER GROUP ADDRESS PORT]...\n");
		return 2;
	}
	for (int i = HEAD; i < argc && row_count < MOST_ROWS; i += WORDS)
		rows[row_count++] = (struct paths_row){.name = argv[i],
			.folder = argv[i + 1],
			.group = strcmp(argv[i + 2], "-") == 0 ? NULL : argv[i + 2],
			.address = argv[i + 3],
			.port = argv[i + 4],
			.datagrams = strcmp(argv[1], "udp") == 0};
	for (size_t i = 0; i < row_count; i++)
		paths_begin(&rows[i]);
	take_rounds();
	for (size_t i = 0; i < row_count; i++)
		paths_end(&rows[i]);
	print_table();
	write_figures(argv[4], argv[3]);
	return 0;
}
