/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "drill/made_part.h"
#include "drill/world.h"
#include "plan/plan.h"

/* As long as an argument may be. */
enum { MOST_OF_OTHERS = 12, LONGEST = 256 };

/* What machines have that no service declares; each is gone for where this one has it. */
static const struct {
	const char *path, *what;
} paths[] = {
	{"/etc/gshadow", "the passwords of groups"},
	{"/etc/sudoers", "who may become root"},
	{"/etc/ssh", "how to enter the machine"},
	{"/etc/ssh/ssh_host_ed25519_key", "the machine's own key"},
	{"/root/.ssh", "root's keys"},
	{"/root/.bash_history", "what root has typed"},
	{"/etc/ssl/private", "keys of the machine's certificates"},
	{"/etc/letsencrypt", "keys of its public certificates"},
	{"/etc/systemd", "how its services are started"},
	{"/etc/kubernetes", "keys of a cluster"},
	{"/etc/machine-id", "what identifies the machine"},
	{"/etc/fstab", "its disks"},
	{"/etc/crontab", "what root runs by the clock"},
	{"/var/spool/cron", "what others run by the clock"},
	{"/var/backups", "copies of its accounts"},
	{"/var/mail", "the mail of its users"},
	{"/var/lib/dpkg", "what is installed, and with which holes"},
	{"/var/lib/docker", "the files of containers"},
	{"/var/lib/bulkhead", "the ids of other stacks"},
	{"/var/log/journal", "what all services have said"},
	{"/home", "the homes of its users"},
	{"/boot", "its kernel"},
	{"/lib/modules", "the kernel's modules"},
	{"/media", "what is plugged in"},
	{"/mnt", "what is mounted"},
	{"/run/systemd", "what systemd says"},
	{"/run/dbus", "the sockets of its bus"},
	{"/run/user", "the sockets of its users"},
	{"/run/lock", "locks of others"},
	{"/sys/firmware", "its firmware"},
	{"/sys/kernel/debug", "the kernel's own view of itself"},
	{"/sys/kernel/tracing", "what the kernel does for others"},
	{"/sys/fs/bpf", "BPF programs of others"},
	{"/dev/disk", "its disks by name"},
	{"/dev/input", "what is typed"},
};

bool drill_maker_views(const struct plan_service *service, const char *path)
{
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		const char *source = node->source ? node->source : node->target;

		if (node->kind == PLAN_MASK || node->kind == PLAN_PROC)
			continue;
		if (text_path_within(path, node->target) || text_path_within(node->target, path) ||
			text_path_within(path, source) || text_path_within(source, path))
			return true;
	}
	return false;
}

enum { MOST_LOOKED_AT = 200, DEEPEST = 3 };

/* A file in @folder of the host, or in a folder of it: what Landlock lets list it does not let
 * open. */
static const char *find_file(
	const char *folder, unsigned depth, unsigned *looked, struct arena *arena)
{
	scoped(dir) DIR *entries = opendir(folder);
	const char *found = NULL;
	struct stat status;

	for (struct dirent *entry; entries && !found && (entry = readdir(entries));) {
		if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..") ||
			++*looked > MOST_LOOKED_AT)
			continue;
		const char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);
		if (lstat(path, &status) < 0 || strlen(path) >= LONGEST)
			continue;
		if (S_ISREG(status.st_mode))
			found = path;
		else if (S_ISDIR(status.st_mode) && depth < DEEPEST)
			found = find_file(path, depth + 1, looked, arena);
	}
	return found;
}

/* For a file where @path is a folder that has one: to list is less than to open. */
static void add_path(struct drill_maker *maker, const char *name, const char *path,
	const char *what, bool empty_too)
{
	unsigned looked = 0;
	struct stat status;

	if (stat(path, &status) < 0 || drill_maker_views(maker->service, path))
		return;
	bool folder = S_ISDIR(status.st_mode);
	const char *file = folder ? find_file(path, 0, &looked, maker->arena) : path;
	if (!file && !empty_too)
		return;
	path = file ? file : path;
	for (size_t i = 0; i < maker->count; i++)
		if (text_equal(maker->rows[i].made->first, path))
			return;
	drill_maker_add(maker, name,
		arena_printf(maker->arena, "%s: %s", file ? "open" : "list", what),
		&(struct drill_recipe){.category = "files",
			.base = file ? "undeclared-file" : "undeclared-folder",
			.first = path});
}

/* What every view has anyway. */
static bool common(const struct plan_node *node)
{
	return node->kind != PLAN_BIND || node->device || !node->source ||
	       text_path_within(node->target, "/usr") || text_path_within(node->target, "/etc");
}

/* The folders of the stack's other services; the same one by two of them is one attempt. */
static void add_others(struct drill_maker *maker)
{
	const struct plan *plan = maker->world->plan;
	size_t made = 0;

	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].node_count && made < MOST_OF_OTHERS; j++) {
			const struct plan_service *other = &plan->services[i];
			const struct plan_node *node = &other->nodes[j];
			size_t before = maker->count;

			if (other == maker->service || common(node))
				continue;
			add_path(maker,
				arena_printf(maker->arena, "path:%s:%s", other->name, node->target),
				node->source,
				arena_printf(maker->arena, "what '%s' declares", other->name),
				true);
			made += maker->count - before;
		}
}

static void add_secrets(struct drill_maker *maker)
{
	const struct plan *plan = maker->world->plan;

	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].secret_count; j++) {
			const struct plan_secret *secret = &plan->services[i].secrets[j];

			add_path(maker,
				arena_printf(maker->arena, "secret:%s:%s", plan->services[i].name,
					secret->name),
				secret->source, "where a secret comes from", true);
		}
}

void drill_make_paths(struct drill_maker *maker)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		add_path(maker, arena_printf(maker->arena, "path:%s", paths[i].path), paths[i].path,
			paths[i].what, false);
	add_others(maker);
	add_secrets(maker);
}

/* One or two of each class of programs. */
static const struct {
	const char *name, *what;
} programs[] = {
	{"bash", "a shell"},
	{"dash", "a shell"},
	{"busybox", "a shell with everything in it"},
	{"cc", "a compiler"},
	{"as", "an assembler"},
	{"perl", "an interpreter"},
	{"python3", "an interpreter"},
	{"gdb", "what traces processes"},
	{"strace", "what traces processes"},
	{"nsenter", "what enters namespaces"},
	{"unshare", "what makes namespaces"},
	{"mount", "what mounts"},
	{"chroot", "what changes roots"},
	{"su", "what becomes root"},
	{"sudo", "what becomes root"},
	{"passwd", "what changes passwords"},
	{"curl", "what fetches"},
	{"wget", "what fetches"},
	{"nc", "what connects"},
	{"ssh", "what connects"},
	{"ip", "what configures networks"},
	{"nft", "what configures the packet filter"},
	{"modprobe", "what loads modules"},
	{"bpftool", "what loads BPF programs"},
	{"systemctl", "what controls services"},
	{"crontab", "what leaves work for later"},
	{"docker", "what controls containers"},
	{"tar", "what packs"},
	{"dd", "what copies disks"},
	{"kill", "what ends processes"},
	{"dpkg", "what installs"},
};

static const char *find_program(const char *name, struct arena *arena)
{
	static const char *const folders[] = {"/usr/bin", "/usr/sbin", "/usr/local/bin"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *path = arena_printf(arena, "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

/* By whatever name: what leads to the same file is the same program. */
static bool declares(const struct plan_service *service, const char *path)
{
	char wanted[PATH_MAX], found[PATH_MAX];

	if (!realpath(path, wanted))
		return true;
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		if (node->kind == PLAN_BIND && node->source && text_equal(node->source, wanted))
			return true;
	}
	for (size_t i = 0; i < service->program_count; i++)
		if (realpath(service->programs[i].path, found) && text_equal(found, wanted))
			return true;
	return false;
}

void drill_make_programs(struct drill_maker *maker)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const char *path = find_program(programs[i].name, maker->arena);

		if (path && !declares(maker->service, path))
			drill_maker_add(maker,
				arena_printf(maker->arena, "program:%s", programs[i].name),
				arena_printf(maker->arena, "run %s", programs[i].what),
				&(struct drill_recipe){.category = "exec",
					.base = "undeclared-program",
					.first = path});
	}
}
