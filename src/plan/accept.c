/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

/* What a service can do without, and the layer that is then weaker.  Everything else a launch, or
 * the key that asks for it, cannot be made without. */
static const struct {
	enum host_feature feature;
	enum layer layer;
} dispensable[] = {
	{HOST_NAMESPACE_LIMITS, LAYER_NAMESPACES},
	{HOST_CGROUP_MEMORY, LAYER_RESOURCES},
	{HOST_CGROUP_PIDS, LAYER_RESOURCES},
	{HOST_CGROUP_CPU, LAYER_RESOURCES},
	{HOST_CGROUP_IO, LAYER_RESOURCES},
	{HOST_CGROUP_PORTS, LAYER_LABELS},
	{HOST_SECCOMP_NOTIFY, LAYER_PHASE},
	{HOST_LANDLOCK, LAYER_LANDLOCK},
	{HOST_LANDLOCK_TRUNCATE, LAYER_LANDLOCK},
	{HOST_LANDLOCK_NET, LAYER_LANDLOCK},
	{HOST_LANDLOCK_IOCTL, LAYER_LANDLOCK},
	{HOST_LANDLOCK_SCOPE, LAYER_LANDLOCK},
	{HOST_MDWE, LAYER_EXEC},
	{HOST_MEMFD_NOEXEC, LAYER_EXEC},
	{HOST_APPARMOR, LAYER_APPARMOR},
	{HOST_SELINUX, LAYER_SELINUX},
	{HOST_BPF_LSM, LAYER_LABELS},
};

/* The layer of a feature that may be missing, or LAYER_COUNT. */
static enum layer layer_without(enum host_feature feature)
{
	for (size_t i = 0; i < sizeof(dispensable) / sizeof(dispensable[0]); i++)
		if (dispensable[i].feature == feature)
			return dispensable[i].layer;
	return LAYER_COUNT;
}

/* The feature called @name, or HOST_FEATURE_COUNT. */
static enum host_feature feature_called(const char *name)
{
	int feature = 0;

	while (feature < HOST_FEATURE_COUNT && !text_equal(host_features[feature].name, name))
		feature++;
	return (enum host_feature)feature;
}

static void unknown(struct planner *planner, const struct policy_text *name)
{
	const char *names[HOST_FEATURE_COUNT];
	struct report_entry *entry = report_add(planner->report, REPORT_ERROR, name->where,
		(unsigned)strlen(name->text), "'%s' is not a feature of a kernel", name->text);

	for (int i = 0; i < HOST_FEATURE_COUNT; i++)
		names[i] = host_features[i].name;
	const char *near = text_nearest(name->text, names, HOST_FEATURE_COUNT);
	if (near)
		report_hint(planner->report, entry, "did you mean '%s'?", near);
	else
		report_hint(planner->report, entry, "`bulkhead doctor` prints their names");
}

void plan_accept(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	for (size_t i = 0; i < from->accept_missing.count; i++) {
		const struct policy_text *name = &from->accept_missing.items[i];
		enum host_feature feature = feature_called(name->text);

		if (feature == HOST_FEATURE_COUNT) {
			unknown(planner, name);
			continue;
		}
		enum layer layer = layer_without(feature);
		if (layer == LAYER_COUNT) {
			struct report_entry *entry = report_add(planner->report, REPORT_ERROR,
				name->where, (unsigned)strlen(name->text),
				"no service can do without '%s'", name->text);

			report_hint(planner->report, entry, "to get it: %s",
				host_features[feature].get);
			continue;
		}
		struct plan_accepted *accepted = arena_append(planner->arena, &service->accepted,
			&service->accepted_count, sizeof(*accepted));
		*accepted = (struct plan_accepted){host_features[feature].name, layer, name->where};
	}
}

const struct plan_accepted *plan_accepts(const struct plan_service *service, const char *feature)
{
	for (size_t i = 0; i < service->accepted_count; i++)
		if (text_equal(service->accepted[i].feature, feature))
			return &service->accepted[i];
	return NULL;
}

static bool has_gap(const struct planner *planner, const struct plan_service *service,
	const struct plan_accepted *accepted)
{
	for (size_t i = 0; i < planner->plan->gap_count; i++) {
		const struct plan_gap *gap = &planner->plan->gaps[i];

		if (gap->accepted && text_equal(gap->service, service->name) &&
			text_equal(gap->feature, accepted->feature))
			return true;
	}
	return false;
}

void plan_accept_check(struct planner *planner, const struct plan_service *service)
{
	for (size_t i = 0; i < service->accepted_count; i++) {
		const struct plan_accepted *accepted = &service->accepted[i];
		enum host_feature feature = feature_called(accepted->feature);
		unsigned width = (unsigned)strlen(accepted->feature);

		if (!planner->judging || has_gap(planner, service, accepted))
			continue;
		if (host_has(planner->host, feature))
			report_add(planner->report, REPORT_NOTE, accepted->where, width,
				"'%s' is not missing here", accepted->feature);
		else
			report_add(planner->report, REPORT_NOTE, accepted->where, width,
				"nothing of '%s' relies on '%s'", service->name, accepted->feature);
	}
}
