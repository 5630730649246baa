/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "analyze/net.h"
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

static bool is_there(const struct analyze_net *net, const char *name)
{
	for (size_t i = 0; i < net->edge_count; i++)
		if (text_equal(net->edges[i].from, name) || text_equal(net->edges[i].to, name))
			return true;
	for (size_t i = 0; i < net->denial_count; i++)
		if (text_equal(net->denials[i].from, name) || text_equal(net->denials[i].to, name))
			return true;
	return false;
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
	begin_edge(out, denial->from, denial->to ? denial->to : denial->from, denial->port);
	fprintf(out, "\\n%s %s %s\", style=dashed, color=\"#c0392b\", fontcolor=\"#c0392b\"];\n",
		denial->act, denial->passed ? "let through" : "refused",
		analyze_net_number(denial->count, count));
}

void analyze_net_dot(const struct analyze_net *net, FILE *out)
{
	static const char *const others[] = {ANALYZE_NET_OUTSIDE, ANALYZE_NET_HOST, "router"};

	fputs("digraph \"", out);
	put(out, net->stack);
	fputs("\" {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=10];\n",
		out);
	for (size_t i = 0; i < net->service_count; i++)
		put_node(out, net->services[i], "");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (is_there(net, others[i]))
			put_node(out, others[i], " [style=\"rounded,dashed\"]");
	for (size_t i = 0; i < net->edge_count; i++)
		write_edge(out, &net->edges[i]);
	for (size_t i = 0; i < net->denial_count; i++)
		write_denial(out, &net->denials[i]);
	fputs("}\n", out);
}
