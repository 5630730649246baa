/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "base/text.h"
#include "plan/planner.h"

enum { DEFAULT_MEMORY = 64 * 1024 * 1024 };

/* Nodes of /dev in every view; each is harmless by itself. */
static const char *const devices[] = {
	"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

static const struct {
	const char *target, *content;
} fixed_links[] = {
	{"/bin", "usr/bin"},
	{"/sbin", "usr/sbin"},
	{"/lib", "usr/lib"},
	{"/lib64", "usr/lib64"},
	{"/dev/fd", "/proc/self/fd"},
	{"/dev/stdin", "/proc/self/fd/0"},
	{"/dev/stdout", "/proc/self/fd/1"},
	{"/dev/stderr", "/proc/self/fd/2"},
	{"/var/run", "/run"},
};

/* What of /proc stays readable, beside the service's own processes. */
static const char *const proc_open[] = {
	"cpuinfo", "loadavg", "meminfo", "mounts", "net", "self", "stat", "thread-self", "uptime"};

static void add_devices(struct planner *planner, struct plan_service *service)
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		struct plan_node *node =
			plan_node(planner, service, PLAN_BIND, devices[i], service->where);

		node->source = devices[i];
		node->device = true;
	}
}

/* Masked one by one: what a kernel adds to /proc is closed until it is named here. */
void plan_view_proc(struct planner *planner, struct plan_service *service)
{
	struct plan_node *proc = plan_node(planner, service, PLAN_PROC, "/proc", service->where);

	proc->folder = true;
	/* Beside Landlock: by /proc/self/mem code is written that no memory protection lets be. */
	proc->read_only = true;
	for (size_t i = 0; i < planner->host->proc_entry_count; i++) {
		const char *name = planner->host->proc_entries[i];
		bool open = false;

		for (size_t j = 0; j < sizeof(proc_open) / sizeof(proc_open[0]); j++)
			open = open || text_equal(proc_open[j], name);
		if (!open)
			plan_node_new(planner, service, PLAN_MASK,
				arena_printf(planner->arena, "/proc/%s", name), service->where)
				->read_only = true;
	}
}

void plan_view_skeleton(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	for (size_t i = 0; i < sizeof(fixed_links) / sizeof(fixed_links[0]); i++)
		plan_node(planner, service, PLAN_LINK, fixed_links[i].target, service->where)
			->content = fixed_links[i].content;
	add_devices(planner, service);
	plan_node_memory(planner, service, "/dev/shm",
		from->shm.where.file ? from->shm.value : DEFAULT_MEMORY, 01777,
		from->shm.where.file ? from->shm.where : from->where);
	plan_node_memory(planner, service, "/tmp",
		from->tmp.where.file ? from->tmp.value : DEFAULT_MEMORY, 01777,
		from->tmp.where.file ? from->tmp.where : from->where);
	struct plan_node *run = plan_node(planner, service, PLAN_FOLDER, "/run", service->where);
	run->folder = true;
	run->mode = 0755;
	plan_node_file(planner, service, "/etc/passwd", plan_passwd(planner, from, service));
	plan_node_file(planner, service, "/etc/group", plan_group(planner, from, service));
	plan_node_file(planner, service, "/etc/nsswitch.conf",
		"passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: "
		"files\n");
	plan_node_file(planner, service, "/etc/resolv.conf",
		plan_asks_names(planner->plan, service)
			? arena_printf(planner->arena,
				  "# names of the stack stand in /etc/hosts; declared ones are "
				  "asked "
				  "for here\nnameserver %s\n",
				  planner->plan->network.router4)
			: "# names of the stack stand in /etc/hosts; nothing else resolves\n");
	plan_node(planner, service, PLAN_HOSTS, "/etc/hosts", service->where)->read_only = true;
}
