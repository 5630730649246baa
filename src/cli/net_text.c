/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/net_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/net.h"
#include "base/text.h"
#include "cli/print.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, PLACE = 512 };

/* A file that all lines are of is named once. */
struct shown {
	const struct analyze_net *net;
	const char *file; /* NULL: they are of several */
};

static const char *file_of(const struct analyze_net *net)
{
	const char *file = net->edge_count ? net->edges[0].where.file : NULL;

	for (size_t i = 1; file && i < net->edge_count; i++)
		if (!text_equal(net->edges[i].where.file, file))
			return NULL;
	for (size_t i = 0; file && i < net->denial_count; i++)
		for (size_t j = 0; j < net->denials[i].line_count; j++)
			if (!text_equal(net->denials[i].lines[j].where.file, file))
				return NULL;
	return file;
}

/* "line 14", or "shop.yaml:14" where there are several files. */
static void put_place(const struct shown *shown, struct where where, bool word)
{
	char text[PLACE];

	if (!where.file)
		return;
	if (shown->file && text_equal(shown->file, where.file))
		snprintf(text, sizeof(text), "%s%u", word ? "line " : "", where.line);
	else
		snprintf(text, sizeof(text), "%s:%u", where.file, where.line);
	cli_put(stdout, text);
}

static bool is_path(const struct analyze_net_edge *edge)
{
	return text_starts(edge->port, "unix:");
}

static int width_of(const struct analyze_net *net, const char *title, bool to)
{
	size_t width = strlen(title);

	for (size_t i = 0; i < net->edge_count; i++) {
		const char *name = to ? net->edges[i].to : net->edges[i].from;

		if (strlen(name) > width)
			width = strlen(name);
	}
	return (int)width;
}

static void write_edge(
	const struct shown *shown, const struct analyze_net_edge *edge, int from, int to)
{
	char connections[ANALYZE_NET_SIZE], sent[ANALYZE_NET_SIZE], received[ANALYZE_NET_SIZE],
		over[ANALYZE_NET_SIZE];

	printf("%-*s  %-*s  %-9s  %11s  %8s  %8s  %6s  ", from, edge->from, to, edge->to,
		is_path(edge) ? "unix" : edge->port,
		edge->counted ? analyze_net_number(edge->connections, connections) : "-",
		edge->measured ? analyze_net_bytes(edge->sent, sent) : "-",
		edge->measured ? analyze_net_bytes(edge->received, received) : "-",
		edge->counted ? analyze_net_number(edge->over, over) : "-");
	put_place(shown, edge->where, false);
	if (is_path(edge)) {
		fputs("  ", stdout);
		cli_put(stdout, edge->port + strlen("unix:"));
	}
	putchar('\n');
}

static void write_edges(const struct shown *shown)
{
	const struct analyze_net *net = shown->net;
	const int from = width_of(net, "FROM", false), to = width_of(net, "TO", true);

	if (!net->edge_count) {
		puts("no edges: nobody may reach anybody");
		return;
	}
	if (shown->file) {
		fputs("lines are those of ", stdout);
		cli_put(stdout, shown->file);
		fputs("\n\n", stdout);
	}
	printf("%-*s  %-*s  %-9s  %11s  %8s  %8s  %6s  %s\n", from, "FROM", to, "TO", "PORT",
		"CONNECTIONS", "SENT", "RECEIVED", "DENIED", "LINE");
	for (size_t i = 0; i < net->edge_count; i++)
		write_edge(shown, &net->edges[i], from, to);
}

static void put_age(int seconds)
{
	if (seconds < 0)
		return;
	if (seconds < MINUTE)
		printf(", last %d s ago", seconds);
	else if (seconds < HOUR)
		printf(", last %d min ago", seconds / MINUTE);
	else if (seconds < DAY)
		printf(", last %d h ago", seconds / HOUR);
	else
		printf(", last %d days ago", seconds / DAY);
}

/* Who, by the address where the name says nothing; by both where it was asked for by a name. */
static void put_end(const struct analyze_net_denial *denial, const char *name, bool other)
{
	const bool address = denial->address && (other || text_equal(name, ANALYZE_NET_OUTSIDE));

	if (!address || denial->name)
		cli_put(stdout, address ? denial->name : name);
	if (!address)
		return;
	fputs(denial->name ? " (" : "", stdout);
	cli_put(stdout, denial->address);
	fputs(denial->name ? ")" : "", stdout);
}

static void write_line(const struct shown *shown, const struct analyze_net_line *line)
{
	fputs("    ", stdout);
	if (!line->item)
		printf("raise `%s` of %s, ", line->key, line->service);
	else if (line->exists)
		printf("add to `%s` of %s, ", line->key, line->service);
	else
		printf("add to %s, below ", line->service);
	put_place(shown, line->where, true);
	if (line->item) {
		printf(":\n        %s", line->exists ? "" : line->key);
		fputs(line->exists                           ? ""
			: text_equal(line->key, "publishes") ? ": {"
							     : ": [",
			stdout);
		cli_put(stdout, line->item);
		fputs(line->exists ? "" : text_equal(line->key, "publishes") ? "}" : "]", stdout);
	}
	putchar('\n');
}

static void write_denial(const struct shown *shown, const struct analyze_net_denial *denial)
{
	const bool color = cli_color(stdout);

	fputs(color ? "\033[1;31m" : "", stdout);
	put_end(denial, denial->from, false);
	fputs(color ? "\033[0m" : "", stdout);
	const bool asks = text_equal(denial->act, "ask");

	printf(" %s", asks                                ? "asks"
		      : text_equal(denial->act, "listen") ? "listens"
		      : text_equal(denial->act, "send")   ? "sends"
							  : "connects");
	fputs(asks ? " for the name of " : denial->to ? " to " : " on ", stdout);
	if (denial->to)
		put_end(denial, denial->to, !text_equal(denial->from, ANALYZE_NET_OUTSIDE));
	if (denial->port)
		printf("%s%s", denial->to ? " port " : "port ", denial->port);
	printf(": %s", denial->reason);
	if (denial->where.file) {
		fputs(", ", stdout);
		put_place(shown, denial->where, true);
	}
	printf("\n    %" PRIu64 " %s", denial->count, denial->count == 1 ? "time" : "times");
	put_age(denial->ago);
	printf("; %s by %s\n", denial->passed ? "let through, noted" : "refused",
		text_equal(denial->layer, "own table") ? "its own table" : denial->layer);
	for (size_t i = 0; i < denial->line_count; i++)
		write_line(shown, &denial->lines[i]);
}

void cli_net_text(const struct analyze_net *net, bool denied)
{
	const struct shown shown = {net, file_of(net)};

	if (!denied)
		write_edges(&shown);
	if (!denied)
		putchar('\n');
	if (!net->denial_count)
		puts("nothing was refused");
	for (size_t i = 0; i < net->denial_count; i++) {
		if (i)
			putchar('\n');
		write_denial(&shown, &net->denials[i]);
	}
}
