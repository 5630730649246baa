/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "analyze/net.h"
#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"

/* A text of the DOT language: quotes and backslashes would end it, or mean something. */
static void put(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc((unsigned char)*text < ' ' ? '?' : *text, out);
	}
}

static void put_node(FILE *out, const char *name, const char *style)
{
	fputs("\t\"", out);
	put(out, name);
	fprintf(out, "\"%s;\n", style);
}

/* Left open: attributes follow. */
static void begin_edge(FILE *out, const char *from, const char *to, const char *port)
{
	fputs("\t\"", out);
	put(out, from);
	fputs("\" -> \"", out);
	put(out, to);
	fputs("\" [label=\"", out);
	put(out, port ? port : "");
}

/* Those who are no service, each once. */
struct others {
	const struct analyze_net *net;
	struct arena *arena;
	const char **names;
	size_t count;
};

static bool is_known(const struct others *others, const char *name)
{
	for (size_t i = 0; i < others->count; i++)
		if (text_equal(others->names[i], name))
			return true;
	for (size_t i = 0; i < others->net->service_count; i++)
		if (text_equal(others->net->services[i], name))
			return true;
	return false;
}

static void put_other(FILE *out, struct others *others, const char *name)
{
	if (!name || is_known(others, name))
		return;
	put_node(out, name, " [style=\"rounded,dashed\"]");
	*(const char **)arena_append(others->arena, &others->names, &others->count, sizeof(name)) =
		name;
}

static void put_others(FILE *out, const struct analyze_net *net)
{
	scoped(arena) struct arena *arena = arena_new();
	struct others others = {.net = net, .arena = arena};

	for (size_t i = 0; i < net->edge_count; i++) {
		put_other(out, &others, net->edges[i].from);
		put_other(out, &others, net->edges[i].to);
	}
	for (size_t i = 0; i < net->denial_count; i++) {
		const struct analyze_net_denial *denial = &net->denials[i];

		put_other(out, &others, analyze_net_end(denial, denial->from));
		put_other(out, &others, analyze_net_end(denial, denial->to));
	}
}

static void write_edge(FILE *out, const struct analyze_net_edge *edge)
{
	char connections[ANALYZE_NET_SIZE], sent[ANALYZE_NET_SIZE], received[ANALYZE_NET_SIZE];

	begin_edge(out, edge->from, edge->to, edge->port);
	if (edge->counted)
		fprintf(out, "\\n%s connections",
			analyze_net_number(edge->connections, connections));
	if (edge->measured)
		fprintf(out, "\\n%s, %s back", analyze_net_bytes(edge->sent, sent),
			analyze_net_bytes(edge->received, received));
	if (edge->over)
		fprintf(out, "\\n%s over", analyze_net_number(edge->over, connections));
	fputs("\"", out);
	if (edge->where.file) {
		fputs(", tooltip=\"", out);
		put(out, edge->where.file);
		fprintf(out, ":%u\"", edge->where.line);
	}
	fputs("];\n", out);
}

static void write_denial(FILE *out, const struct analyze_net_denial *denial)
{
	char count[ANALYZE_NET_SIZE];

	/* To listen is to reach nobody: it is shown at the service itself. */
	begin_edge(out, analyze_net_end(denial, denial->from),
		analyze_net_end(denial, denial->to ? denial->to : denial->from), denial->port);
	fprintf(out, "\\n%s %s %s\", style=dashed, color=\"#c0392b\", fontcolor=\"#c0392b\"];\n",
		denial->act, denial->passed ? "let through" : "refused",
		analyze_net_number(denial->count, count));
}

void analyze_net_dot(const struct analyze_net *net, FILE *out)
{
	fputs("digraph \"", out);
	put(out, net->stack);
	fputs("\" {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=10];\n",
		out);
	for (size_t i = 0; i < net->service_count; i++)
		put_node(out, net->services[i], "");
	put_others(out, net);
	for (size_t i = 0; i < net->edge_count; i++)
		write_edge(out, &net->edges[i]);
	for (size_t i = 0; i < net->denial_count; i++)
		write_denial(out, &net->denials[i]);
	fputs("}\n", out);
}
