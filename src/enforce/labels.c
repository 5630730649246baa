/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/labels_part.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/program.h"
#include "enforce/refusals.h"
#include "plan/plan.h"

struct label {
	const char *what, *name; /* for people, and for the kernel's list of programs */
	int type, hook;          /* enum bpf_prog_type, bpf_attach_type */
	void (*write)(struct enforce_program *program, const struct plan *plan,
		const struct plan_service *service, int hook);
	bool (*held)(const struct plan_service *service, int hook); /* NULL: each service */
};

#define PORTS(hook)                                                                                \
	{                                                                                          \
		"ports", "bulkhead_ports", BPF_PROG_TYPE_CGROUP_SOCK, hook, enforce_label_ports,   \
			NULL                                                                       \
	}
#define PEERS(hook)                                                                                \
	{                                                                                          \
		"peers", "bulkhead_peers", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, hook,                   \
			enforce_label_peers, enforce_label_peers_held                              \
	}

static const struct label labels[] = {
	PORTS(BPF_CGROUP_INET4_POST_BIND),
	PORTS(BPF_CGROUP_INET6_POST_BIND),
	PEERS(BPF_CGROUP_INET4_CONNECT),
	PEERS(BPF_CGROUP_INET6_CONNECT),
	PEERS(BPF_CGROUP_UDP4_SENDMSG),
	PEERS(BPF_CGROUP_UDP6_SENDMSG),
	{"sockets", "bulkhead_socks", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE,
		enforce_label_sockets, NULL},
	{"socket options", "bulkhead_opts", BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT,
		enforce_label_socket_options, enforce_label_socket_options_held},
	{"devices", "bulkhead_devs", BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE,
		enforce_label_devices, NULL},
};
enum { LABELS = sizeof(labels) / sizeof(labels[0]) };

static bool is_held(const struct label *label, const struct plan_service *service)
{
	return service->ports_held && (!label->held || label->held(service, label->hook));
}

/* What is being loaded, for whom, and where its programs record. */
struct loading {
	const struct plan *plan;
	const struct plan_service *service;
	struct arena *arena;
	int refusals;
};

/* Its descriptor, which the caller closes, or -errno. */
static int load(const struct label *label, const struct loading *loading)
{
	struct enforce_program program = {.arena = loading->arena, .refusals = loading->refusals};

	label->write(&program, loading->plan, loading->service, label->hook);
	return enforce_program_load(&program, label->type, label->hook, label->name);
}

static int attach(const struct label *label, const struct loading *loading, int group, bool others,
	struct fault *why)
{
	const struct plan_service *service = loading->service;
	scoped(fd) int program = load(label, loading);

	if (program < 0)
		return fault(why, program, service->where, "cannot load the program for %s",
			label->what);
	if (others && enforce_program_attached(group, program, label->hook))
		return 0;
	int error = enforce_program_attach(group, program, label->hook);
	return error < 0 ? fault(why, error, service->where,
				   "cannot attach the program for %s to the cgroup of '%s'",
				   label->what, service->name)
			 : 0;
}

static int attach_all(const struct plan *plan, const struct plan_service *service, int cgroup,
	bool others, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	scoped(fd) int group = openat(cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (group < 0)
		return fault(why, -errno, service->where, "cannot open the cgroup of '%s'",
			service->name);
	/* Those that are replaced leave to the next what they have recorded. */
	scoped(fd) int refusals = service->ports_held ? enforce_refusals_of(group) : -1;
	if (service->ports_held && refusals < 0)
		refusals = enforce_refusals_make();
	if (service->ports_held && refusals < 0)
		return fault(why, refusals, service->where,
			"cannot make the map for what the cgroup of '%s' refuses", service->name);
	const struct loading loading = {plan, service, arena, refusals};
	for (size_t i = 0; error == 0 && i < LABELS; i++)
		if (is_held(&labels[i], service))
			error = attach(&labels[i], &loading, group, others, why);
	return error;
}

int enforce_attach_labels(
	const struct plan *plan, const struct plan_service *service, int cgroup, struct fault *why)
{
	return attach_all(plan, service, cgroup, false, why);
}

int enforce_change_labels(
	const struct plan *plan, const struct plan_service *service, int cgroup, struct fault *why)
{
	return attach_all(plan, service, cgroup, true, why);
}

int enforce_hold_labels(struct enforce_launch *launch, struct fault *why)
{
	return enforce_attach_labels(launch->plan, launch->service, launch->cgroup, why);
}

/* The same instructions, loaded once more, have the same tag, whatever map they record in. */
bool enforce_labels_attached(
	const struct plan *plan, const struct plan_service *service, int cgroup, const char **what)
{
	scoped(arena) struct arena *arena = arena_new();
	scoped(fd) int refusals = service->ports_held ? enforce_refusals_make() : -1;
	const struct loading loading = {plan, service, arena, refusals};

	for (size_t i = 0; i < LABELS; i++) {
		if (!is_held(&labels[i], service))
			continue;
		*what = labels[i].what;
		scoped(fd) int program = load(&labels[i], &loading);
		if (program < 0 || !enforce_program_attached(cgroup, program, labels[i].hook))
			return false;
	}
	return true;
}
