/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analyze/net.h"
#include "analyze/net_layout.h"
#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "base/xml.h"

enum { BEND = 55, FOOT = 34, LEAST_WIDTH = 640, NAME_SHOWN = 17, NAME_BEGIN = 6 };

static const char style[] =
	"<style>"
	"text{font:12px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2937}"
	".title{font-size:17px;font-weight:600}.name{font-size:13px;font-weight:600}"
	".label{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px;"
	"stroke-linejoin:round}"
	".box{fill:#eef2f7;stroke:#475569;stroke-width:1.3}"
	".away{fill:#fff;stroke-dasharray:5 4}"
	".edge{fill:none;stroke:#64748b;stroke-width:1.5}"
	".no{stroke:#c0392b;stroke-dasharray:6 4}text.no{fill:#c0392b;stroke-dasharray:none;"
	"stroke:#fff}"
	".foot{font-size:11px;fill:#64748b}"
	"</style>\n";

static const char heads[] =
	"<defs>"
	"<marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
	"markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#64748b\"/></marker>"
	"<marker id=\"no\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
	"markerHeight=\"8\" orient=\"auto\"><path d=\"M1 1L7 7M7 1L1 7\" stroke=\"#c0392b\" "
	"stroke-width=\"1.6\"/></marker>"
	"</defs>\n";

/* Below its text straight on, then to the right; to where it is further to the left, from below. */
static void write_path(FILE *out, const struct net_bundle *bundle)
{
	const int x = bundle->from->x + NET_BOX, y = bundle->leaves, bent = x + NET_TEXT;
	const struct net_box *to = bundle->to;

	fprintf(out, "<path class=\"edge%s\" marker-end=\"url(#%s)\" d=\"M%d %dH%d",
		bundle->denied ? " no" : "", bundle->denied ? "no" : "to", x, y, bent);
	if (to && to->x > bundle->from->x)
		fprintf(out, "C%d %d %d %d %d %d", bent + BEND, y, to->x - BEND, bundle->arrives,
			to->x, bundle->arrives);
	else if (to)
		fprintf(out, "C%d %d %d %d %d %d", bent + BEND, y + BEND, to->x + NET_BOX / 2,
			to->y + to->height + BEND, to->x + NET_BOX / 2, to->y + to->height);
	fputs("\"/>\n", out);
}

static void write_labels(FILE *out, const struct net_bundle *bundle)
{
	for (size_t i = 0; i < bundle->text_count; i++) {
		const int y = bundle->leaves - 4 - (int)(bundle->text_count - 1 - i) * NET_LINE;

		fprintf(out, "<text class=\"label%s\" x=\"%d\" y=\"%d\">",
			bundle->denied ? " no" : "", bundle->from->x + NET_BOX + 8, y);
		if (*bundle->tips[i]) {
			fputs("<title>", out);
			xml_text(out, bundle->tips[i]);
			fputs("</title>", out);
		}
		xml_text(out, bundle->texts[i]);
		fputs("</text>\n", out);
	}
}

/* A name that is wider than its box: its two ends, and all of it for who points at it. */
static void write_name(FILE *out, const char *name)
{
	const size_t length = strlen(name);

	if (length <= NAME_SHOWN) {
		xml_text(out, name);
		return;
	}
	char begin[NAME_BEGIN + 1] = "";

	fputs("<title>", out);
	xml_text(out, name);
	fputs("</title>", out);
	memcpy(begin, name, NAME_BEGIN);
	xml_text(out, begin);
	fputs("…", out);
	xml_text(out, name + length - (NAME_SHOWN - NAME_BEGIN - 1));
}

static void write_box(FILE *out, const struct net_box *box)
{
	fprintf(out,
		"<rect class=\"box%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n"
		"<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
		box->service ? "" : " away", box->x, box->y, NET_BOX, box->height,
		box->x + NET_BOX / 2, box->y + box->height / 2 + 4);
	write_name(out, box->name);
	fputs("</text>\n", out);
}

static void write_frame(
	FILE *out, const struct analyze_net *net, const struct net_layout *layout, int width)
{
	const int height = layout->height + FOOT;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
		width, height, width, height);
	xml_text(out, net->stack);
	fprintf(out, "</title>\n%s%s<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", style,
		heads, width, height);
	fprintf(out, "<text class=\"title\" x=\"%d\" y=\"32\">", NET_EDGE);
	xml_text(out, net->stack);
	fputs("</text>\n", out);
	fprintf(out,
		"<text class=\"foot\" x=\"%d\" y=\"%d\">port · times used · bytes both ways, since "
		"each service was started; red: refused</text>\n",
		NET_EDGE, height - 14);
}

void analyze_net_svg(const struct analyze_net *net, FILE *out)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct net_layout *layout = analyze_net_layout(net, arena);
	int width = layout->width < LEAST_WIDTH ? LEAST_WIDTH : layout->width;

	/* What leaves a box of the last column has its text beside it. */
	for (size_t i = 0; i < layout->bundle_count; i++)
		if (layout->bundles[i].from->x + NET_BOX + NET_GAP > width)
			width = layout->bundles[i].from->x + NET_BOX + NET_GAP;
	write_frame(out, net, layout, width);
	for (size_t i = 0; i < layout->bundle_count; i++)
		write_path(out, &layout->bundles[i]);
	for (size_t i = 0; i < layout->box_count; i++)
		write_box(out, &layout->boxes[i]);
	for (size_t i = 0; i < layout->bundle_count; i++)
		write_labels(out, &layout->bundles[i]);
	fputs("</svg>\n", out);
}
