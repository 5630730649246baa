/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/net_layout.h"

#include "analyze/net.h"
#include "base/arena.h"
#include "base/text.h"

static struct net_box *find_box(struct net_layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->box_count; i++)
		if (text_equal(layout->boxes[i].name, name))
			return &layout->boxes[i];
	return NULL;
}

static void add_box(struct net_layout *layout, struct arena *arena, const char *name, bool service)
{
	if (!name || find_box(layout, name))
		return;
	struct net_box *box = arena_append(arena, &layout->boxes, &layout->box_count, sizeof(*box));

	*box = (struct net_box){.name = name, .service = service};
}

/* Who is outside has a box for each name or address: it is no edge that is missing for all of them.
 */
const char *analyze_net_end(const struct analyze_net_denial *denial, const char *name)
{
	if (!text_equal(name, ANALYZE_NET_OUTSIDE) || !denial->address)
		return name;
	return denial->name ? denial->name : denial->address;
}

static const char *source_of(const struct analyze_net_denial *denial)
{
	return analyze_net_end(denial, denial->from);
}

/* NULL: it is shown at the service itself. */
static const char *target_of(const struct analyze_net_denial *denial)
{
	const char *target = analyze_net_end(denial, denial->to);

	return text_equal(target, denial->from) ? NULL : target;
}

/* Over a budget: that stands at its edge. */
static bool is_over(const struct analyze_net_denial *denial)
{
	return denial->line_count && !denial->lines[0].item;
}

/* All boxes before any bundle, which points to them. */
static void add_boxes(struct net_layout *layout, const struct analyze_net *net, struct arena *arena)
{
	for (size_t i = 0; i < net->service_count; i++)
		add_box(layout, arena, net->services[i], true);
	for (size_t i = 0; i < net->edge_count; i++) {
		add_box(layout, arena, net->edges[i].from, false);
		add_box(layout, arena, net->edges[i].to, false);
	}
	for (size_t i = 0; i < net->denial_count; i++) {
		if (is_over(&net->denials[i]))
			continue;
		add_box(layout, arena, source_of(&net->denials[i]), false);
		add_box(layout, arena, target_of(&net->denials[i]), false);
	}
}

static struct net_bundle *bundle_of(struct net_layout *layout, struct arena *arena,
	const char *from, const char *to, bool denied)
{
	struct net_box *start = find_box(layout, from), *end = to ? find_box(layout, to) : NULL;

	for (size_t i = 0; i < layout->bundle_count; i++) {
		struct net_bundle *bundle = &layout->bundles[i];

		if (bundle->from == start && bundle->to == end && bundle->denied == denied)
			return bundle;
	}
	struct net_bundle *bundle =
		arena_append(arena, &layout->bundles, &layout->bundle_count, sizeof(*bundle));
	*bundle = (struct net_bundle){.from = start, .to = end, .denied = denied};
	return bundle;
}

static void add_text(
	struct net_bundle *bundle, struct arena *arena, const char *text, struct where where)
{
	*(const char **)arena_append(arena, &bundle->texts, &bundle->text_count, sizeof(text)) =
		text;
	*(const char **)arena_append(arena, &bundle->tips, &bundle->tip_count, sizeof(text)) =
		where.file ? arena_printf(arena, "%s:%u", where.file, where.line) : "";
}

static void add_edge(
	struct net_layout *layout, const struct analyze_net_edge *edge, struct arena *arena)
{
	struct net_bundle *bundle = bundle_of(layout, arena, edge->from, edge->to, false);
	char connections[ANALYZE_NET_SIZE], bytes[ANALYZE_NET_SIZE];
	const char *text = edge->port;

	if (edge->counted)
		text = arena_printf(arena, "%s · %s×", text,
			analyze_net_number(edge->connections, connections));
	if (edge->measured)
		text = arena_printf(arena, "%s · %s", text,
			analyze_net_bytes(edge->sent + edge->received, bytes));
	if (edge->over)
		text = arena_printf(
			arena, "%s · %s over", text, analyze_net_number(edge->over, connections));
	add_text(bundle, arena, text, edge->where);
}

/* The same by another layer is one line of the picture. */
static bool alike(const struct analyze_net_denial *one, const struct analyze_net_denial *other)
{
	return text_equal(one->from, other->from) && text_equal(one->to, other->to) &&
	       text_equal(one->address, other->address) && text_equal(one->act, other->act) &&
	       text_equal(one->port, other->port) && one->passed == other->passed;
}

static void add_denial(
	struct net_layout *layout, const struct analyze_net *net, size_t index, struct arena *arena)
{
	const struct analyze_net_denial *denial = &net->denials[index];
	const char *target = target_of(denial);
	char text[ANALYZE_NET_SIZE];
	uint64_t count = 0;

	for (size_t i = 0; i < net->denial_count; i++) {
		if (!alike(denial, &net->denials[i]))
			continue;
		if (i < index)
			return;
		count += net->denials[i].count;
	}
	add_text(bundle_of(layout, arena, source_of(denial), target, true), arena,
		arena_printf(arena, "%s %s%s%s · %s× %s", denial->act,
			target || !denial->address ? "" : denial->address,
			target || !denial->address ? "" : " ", denial->port ? denial->port : "",
			analyze_net_number(count, text),
			denial->passed ? "let through" : "refused"),
		denial->where);
}

struct net_layout *analyze_net_layout(const struct analyze_net *net, struct arena *arena)
{
	struct net_layout *layout = arena_alloc(arena, sizeof(*layout));

	add_boxes(layout, net, arena);
	for (size_t i = 0; i < net->edge_count; i++)
		add_edge(layout, &net->edges[i], arena);
	for (size_t i = 0; i < net->denial_count; i++)
		if (!is_over(&net->denials[i]))
			add_denial(layout, net, i, arena);
	analyze_net_place(layout, arena);
	return layout;
}
