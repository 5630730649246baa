/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

/* The sentence about one who starts nevertheless. */
static const char *without_end(struct planner *planner, const char *text)
{
	static const char end[] = ", so nothing is started";
	size_t length = strlen(text), cut = sizeof(end) - 1;

	if (length <= cut || !text_equal(text + length - cut, end))
		return text;
	return arena_text_length(planner->arena, text, length - cut);
}

void plan_gap(struct planner *planner, const struct plan_service *service, enum layer layer,
	enum host_feature feature, bool required, struct where where, const char *text)
{
	struct plan *plan = planner->plan;
	const struct plan_accepted *accepted =
		service ? plan_accepts(service, host_features[feature].name) : NULL;

	if (host_has(planner->host, feature))
		return;
	struct plan_gap *gap =
		arena_append(planner->arena, &plan->gaps, &plan->gap_count, sizeof(*gap));
	*gap = (struct plan_gap){
		.service = service ? service->name : NULL,
		.layer = layer,
		.feature = host_features[feature].name,
		.required = required && !accepted,
		.accepted = accepted,
		.not_tried = feature < planner->host->feature_count &&
			     planner->host->features[feature].state == HOST_NOT_TRIED,
		.text = accepted ? without_end(planner, text) : text,
		.get = host_features[feature].get,
		.where = accepted ? accepted->where : where,
	};
}

/* Layers that every launch relies on: a feature that is required by default has one. */
static const struct {
	enum host_feature feature;
	enum layer layer;
} foundations[] = {
	{HOST_USER_NAMESPACE, LAYER_IDENTITY},
	{HOST_NAMESPACES, LAYER_NAMESPACES},
	{HOST_NAMESPACE_LIMITS, LAYER_NAMESPACES},
	{HOST_NEW_MOUNT_API, LAYER_VIEW},
	{HOST_OPENAT2, LAYER_VIEW},
	{HOST_PIDFD, LAYER_NAMESPACES},
	{HOST_CGROUP2, LAYER_RESOURCES},
	{HOST_SECCOMP, LAYER_SECCOMP},
	{HOST_LANDLOCK, LAYER_LANDLOCK},
	{HOST_VETH, LAYER_NETWORK},
	{HOST_NFTABLES, LAYER_NETWORK},
	{HOST_TRANSPARENT_PROXY, LAYER_NETWORK},
};

/* A stack without any network edge or published port needs no link, table or relay. */
static bool needed(const struct plan *plan, enum host_feature feature)
{
	bool linked = false;

	for (size_t i = 0; i < plan->service_count; i++)
		linked = linked || plan->services[i].linked;
	if (feature == HOST_TRANSPARENT_PROXY)
		return plan->publish_count > 0 || plan->outside_count > 0;
	return linked || (feature != HOST_VETH && feature != HOST_NFTABLES);
}

static bool anybody_accepts(const struct plan *plan, enum host_feature feature)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan_accepts(&plan->services[i], host_features[feature].name))
			return true;
	return false;
}

/* The first line that gives something a place on a loopback; NULL: there is none. */
static const struct where *loopback_line(const struct plan *plan)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].at)
			return &plan->edges[i].where;
	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].at)
			return &plan->host_edges[i].where;
	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].listen_count; j++)
			if (plan->services[i].listens[j].at)
				return &plan->services[i].listens[j].where;
	return NULL;
}

/* Does the kernel lead it in from other machines?  A door that counts its clients is relayed. */
static bool forwards(const struct plan_publish *publish, enum host_feature *feature)
{
	*feature = strchr(publish->address, ':') ? HOST_FORWARDING6 : HOST_FORWARDING4;
	return !publish->per_source && !text_starts(publish->address, "127.") &&
	       !text_equal(publish->address, "::1");
}

uint64_t plan_forwarded(const struct plan *plan)
{
	enum host_feature feature;
	uint64_t wanted = 0;

	for (size_t i = 0; plan->network.host_link && i < plan->publish_count; i++)
		if (forwards(&plan->publishes[i], &feature))
			wanted |= HOST_FEATURE_BIT(feature);
	return wanted;
}

/* The features that the doors of @plan need, each once, with the first line that does.  The program
 * at connect(2) keeps the host's own clients to doors, also where it leads nobody. */
static void door_gaps(struct planner *planner)
{
	const struct plan *plan = planner->plan;
	uint64_t known = 0;

	for (size_t i = 0; plan->network.host_link && i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		enum host_feature forwarding;
		bool far = forwards(publish, &forwarding);
		const struct {
			enum host_feature feature;
			bool needed;
		} each[] = {{HOST_DOOR_NAT, far}, {forwarding, far}, {HOST_DOOR_CONNECT, true}};

		for (size_t j = 0; j < sizeof(each) / sizeof(each[0]); j++) {
			enum host_feature feature = each[j].feature;

			if (!each[j].needed || known & HOST_FEATURE_BIT(feature))
				continue;
			known |= HOST_FEATURE_BIT(feature);
			plan_gap(planner, NULL, LAYER_NETWORK, feature, true, publish->where,
				host_features[feature].without);
		}
	}
}

/* The whole stack lacks it, unless one service does without: then each for itself. */
static void stack_gaps(struct planner *planner)
{
	const struct plan *plan = planner->plan;

	for (size_t i = 0; i < sizeof(foundations) / sizeof(foundations[0]); i++) {
		enum host_feature feature = foundations[i].feature;
		const char *text = host_features[feature].without;

		if (!needed(plan, feature))
			continue;
		if (!anybody_accepts(plan, feature))
			plan_gap(planner, NULL, foundations[i].layer, feature, true,
				planner->policy->where, text);
		else
			for (size_t j = 0; j < plan->service_count; j++)
				plan_gap(planner, &plan->services[j], foundations[i].layer, feature,
					true, plan->services[j].where, text);
	}
	door_gaps(planner);
	const struct where *line = loopback_line(plan);
	if (line)
		plan_gap(planner, NULL, LAYER_NETWORK, HOST_LOOPBACK_NAT, true, *line,
			host_features[HOST_LOOPBACK_NAT].without);
}

/* Layers that newer kernels add: used where they are, reported where they are not. */
static void service_gaps(struct planner *planner, const struct plan_service *service)
{
	static const struct {
		enum host_feature feature;
		enum layer layer;
	} additions[] = {
		{HOST_LANDLOCK_TRUNCATE, LAYER_LANDLOCK},
		{HOST_LANDLOCK_NET, LAYER_LANDLOCK},
		{HOST_LANDLOCK_IOCTL, LAYER_LANDLOCK},
		{HOST_LANDLOCK_SCOPE, LAYER_LANDLOCK},
		{HOST_CGROUP_PORTS, LAYER_LABELS},
		{HOST_MDWE, LAYER_EXEC},
		{HOST_MEMFD_NOEXEC, LAYER_EXEC},
	};

	for (size_t i = 0; i < sizeof(additions) / sizeof(additions[0]); i++)
		if (additions[i].feature != HOST_MDWE || !service->write_execute)
			plan_gap(planner, service, additions[i].layer, additions[i].feature, false,
				service->where, host_features[additions[i].feature].without);
}

void plan_gaps(struct planner *planner)
{
	stack_gaps(planner);
	for (size_t i = 0; i < planner->plan->service_count; i++)
		service_gaps(planner, &planner->plan->services[i]);
	for (size_t i = 0; i < planner->plan->service_count; i++) {
		plan_turn_to(planner, &planner->plan->services[i]);
		plan_accept_check(planner, &planner->plan->services[i]);
	}
	planner->report = planner->heard;
}

size_t plan_report_gaps(const struct plan *plan, bool judging, struct report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->gap_count; i++) {
		const struct plan_gap *gap = &plan->gaps[i];

		if (gap->accepted && !gap->not_tried)
			report_add(report, REPORT_WARNING, gap->where,
				(unsigned)strlen(gap->feature),
				"%s starts without '%s' (layer %s): %s", gap->service, gap->feature,
				catalog_layer_names[gap->layer], gap->text);
		if (!gap->required || (judging && gap->not_tried))
			continue;
		count++;
		struct report_entry *entry =
			report_add(report, judging ? REPORT_NOTE : REPORT_ERROR, gap->where, 0,
				"%s cannot start: %s '%s' (layer %s): %s",
				gap->service ? gap->service : "the stack",
				gap->not_tried ? "nobody could try" : "this kernel lacks",
				gap->feature, catalog_layer_names[gap->layer], gap->text);
		if (gap->not_tried)
			report_hint(
				report, entry, "`bulkhead doctor` tries it when it runs as root");
		else
			report_hint(report, entry, "to get it: %s", gap->get);
	}
	return count;
}
