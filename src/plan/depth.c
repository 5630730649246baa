/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/depth.h"

#include "base/report.h"
#include "base/text.h"
#include "plan/plan.h"

#define BIT(layer) (1U << LAYER_##layer)

static bool ports(const struct plan_service *service, enum layer layer)
{
	return layer != LAYER_LANDLOCK || service->landlock.handled_net != 0;
}

static bool scopes(const struct plan_service *service, enum layer layer)
{
	return layer != LAYER_LANDLOCK || service->landlock.scoped != 0;
}

static bool nested(const struct plan_service *service, enum layer layer)
{
	return layer != LAYER_NAMESPACES || service->namespaces_held;
}

/* A role that makes code has the right. */
static bool code(const struct plan_service *service, enum layer layer)
{
	return layer != LAYER_EXEC || service->mdwe;
}

/* In the order of `explain` and of the matrix. */
static const struct plan_class classes[] = {
	{"files", "files and folders that are not its own",
		BIT(VIEW) | BIT(LANDLOCK) | BIT(IDENTITY), NULL, NULL},
	{"set-id", "files that run as their owner", BIT(SECCOMP),
		"The filter alone refuses the bit. Where it is set it gives the service's own user "
		"to others, and nothing to the service: its folders are mounted nosuid, and it has "
		"no_new_privs.",
		NULL},
	{"secrets", "what others must keep",
		BIT(VIEW) | BIT(LANDLOCK) | BIT(IDENTITY) | BIT(NAMESPACES), NULL, NULL},
	{"exec", "running a second program", BIT(EXEC) | BIT(LANDLOCK) | BIT(VIEW), NULL, NULL},
	{"memory", "making new code", BIT(SECCOMP) | BIT(EXEC) | BIT(LANDLOCK) | BIT(VIEW), NULL,
		code},
	{"kernel surface", "privileged calls that it does not need",
		BIT(SECCOMP) | BIT(CAPABILITIES) | BIT(IDENTITY), NULL, NULL},
	{"open calls", "calls that the kernel lets everybody make", BIT(SECCOMP),
		"The kernel asks for no privilege here, so that no part of it but the filter can "
		"refuse the call. What the call gets at is the caller's own.",
		NULL},
	{"new system calls", "calls younger than the libraries that filters are made with",
		BIT(SECCOMP),
		"A filter lets through what it knows, and no other part of the kernel has a list "
		"of "
		"calls. Where such a call does something to others, it asks for the same rights as "
		"the older one that it replaces, which are held by layers of their own.",
		NULL},
	{"undeclared calls", "calls of groups that it does not declare", BIT(SECCOMP),
		"The calls are harmless, so that they show the filter and nothing else: no other "
		"part of the kernel has a list of calls. What a group of calls is dangerous for is "
		"tried by the other classes.",
		NULL},
	{"other ABIs", "calls by another ABI of the processor", BIT(SECCOMP),
		"The filter kills who makes one. What the call would do is held by the layers that "
		"hold the same call of the native ABI: they do not look at how it was made.",
		NULL},
	{"namespaces", "leaving its namespaces or making others",
		BIT(SECCOMP) | BIT(CAPABILITIES) | BIT(NAMESPACES) | BIT(IDENTITY) | BIT(LANDLOCK),
		NULL, nested},
	{"capabilities", "privileged operations", BIT(SECCOMP) | BIT(CAPABILITIES) | BIT(IDENTITY),
		NULL, NULL},
	{"itself", "being more than it is declared to be", BIT(CAPABILITIES) | BIT(IDENTITY),
		"It looks at its own capabilities and users, which are the layer: nothing stands "
		"between a process and itself. What it could do with more is tried by the other "
		"classes, which two layers hold.",
		NULL},
	{"devices", "devices of the machine",
		BIT(VIEW) | BIT(LANDLOCK) | BIT(IDENTITY) | BIT(SECCOMP) | BIT(LABELS), NULL, NULL},
	{"terminals", "where people sit and type", BIT(SECCOMP) | BIT(VIEW) | BIT(LANDLOCK), NULL,
		NULL},
	{"proc and sys", "what the kernel shows and lets set",
		BIT(VIEW) | BIT(LANDLOCK) | BIT(IDENTITY), NULL, NULL},
	{"other processes", "processes that are not its own",
		BIT(NAMESPACES) | BIT(SECCOMP) | BIT(LANDLOCK) | BIT(IDENTITY), NULL, scopes},
	{"IPC", "memory, queues and sockets of others",
		BIT(SECCOMP) | BIT(NAMESPACES) | BIT(NETWORK) | BIT(LANDLOCK) | BIT(VIEW), NULL,
		scopes},
	{"inherited descriptors", "what a launcher leaves open", 0,
		"Descriptors are closed, not refused, so that there is no layer to leave off: each "
		"is opened to end with an exec, and before the exec all of them are marked so once "
		"more.",
		NULL},
	{"network", "peers and ports that are not declared",
		BIT(NETWORK) | BIT(LABELS) | BIT(LANDLOCK), NULL, ports},
	{"sockets", "sockets that no rule of peers and ports sees",
		BIT(SECCOMP) | BIT(LABELS) | BIT(CAPABILITIES) | BIT(IDENTITY), NULL, NULL},
	{"exhaustion", "more than its share", BIT(RESOURCES) | BIT(VIEW),
		"A limit is a number that one part of the kernel counts: without the part there is "
		"no limit that another could hold. Raising one takes CAP_SYS_RESOURCE of the host, "
		"which no service has.",
		NULL},
	{"after ready", "rights of its start, later", BIT(PHASE),
		"The right is the service's own until it is ready, in every other layer for good: "
		"what ends it is one layer more than the policy would have without `after-ready`.",
		NULL},
};

const struct plan_class *plan_classes(size_t *count)
{
	*count = sizeof(classes) / sizeof(classes[0]);
	return classes;
}

const struct plan_class *plan_class(const char *name)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (text_equal(classes[i].name, name))
			return &classes[i];
	return NULL;
}

/* Whatever it is there to stop. */
static bool has(const struct plan_service *service, enum layer layer)
{
	if (plan_audit(service, layer))
		return false;
	if (layer == LAYER_LANDLOCK)
		return service->landlock.used;
	if (layer == LAYER_PHASE)
		return service->ending_count > 0 || service->view_closes;
	return layer != LAYER_LABELS || service->ports_held;
}

unsigned plan_class_layers(const struct plan_class *class, const struct plan_service *service)
{
	unsigned layers = 0;

	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (class->layers >> layer & 1 && has(service, (enum layer)layer) &&
			(!class->offers || class->offers(service, (enum layer)layer)))
			layers |= 1U << layer;
	return layers;
}

size_t plan_layer_parts(unsigned layers)
{
	if (layers & BIT(PHASE))
		layers = (layers & ~BIT(PHASE)) | BIT(SECCOMP);
	return (size_t)__builtin_popcount(layers);
}

/* The one that is left. */
static const char *name_of(unsigned layers)
{
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (layers >> layer & 1)
			return catalog_layer_names[layer];
	return "none";
}

static void report_service(const struct plan_service *service, struct report *report)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const struct plan_class *class = &classes[i];
		unsigned layers = plan_class_layers(class, service);

		if (class->reason || plan_layer_parts(layers) >= 2)
			continue;
		struct report_entry *entry = report_add(report, REPORT_WARNING, service->where, 0,
			"one layer alone stands between '%s' and %s here: %s", service->name,
			class->sentence, name_of(layers));
		report_hint(report, entry, "`bulkhead doctor` says what this kernel lacks");
	}
}

void plan_report_depth(const struct plan *plan, struct report *report)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan->services[i].instance <= 1)
			report_service(&plan->services[i], report);
}
