/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/remembered.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "base/text.h"
#include "base/trusted.h"
#include "host/build.h"
#include "host/host.h"

enum { LARGEST_MEMORY = 8192, MOST_MEMORIES = 64 };

/* What must be the same for what was found to hold still; NULL: this cannot be told. */
static const char *conditions(struct arena *arena)
{
	struct utsname kernel;
	struct stat space;
	const char *boot;

	if (!host_build_id() || uname(&kernel) < 0 || stat("/proc/self/ns/user", &space) < 0 ||
		descriptor_read_value(AT_FDCWD, "/proc/sys/kernel/random/boot_id", arena, &boot) <=
			0)
		return NULL;
	return arena_printf(arena, "boot %.*s\nkernel %s %s %s\nbuild %s\nuser namespace %lu\n",
		(int)strcspn(boot, "\n"), boot, kernel.release, kernel.version, kernel.machine,
		host_build_id(), (unsigned long)space.st_ino);
}

static uint64_t feature_named(const char *name)
{
	for (unsigned i = 0; i < HOST_FEATURE_COUNT; i++)
		if (text_equal(host_features[i].name, name))
			return HOST_FEATURE_BIT(i);
	return 0;
}

static const char *file_of(const char *folder, struct arena *arena)
{
	return arena_printf(arena, "%s/host-%.16s", folder, host_build_id());
}

uint64_t host_recall(const char *folder, struct arena *arena)
{
	const char *same = conditions(arena), *text;
	uint64_t features = 0;
	size_t length;

	if (!same || geteuid() != 0 ||
		trusted_read(file_of(folder, arena), LARGEST_MEMORY, arena, &text, &length,
			(struct where){0}, NULL) < 0 ||
		!text_starts(text, same))
		return 0;
	char *names = arena_text(arena, text + strlen(same)), *rest = NULL;
	for (char *name = strtok_r(names, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest))
		features |= feature_named(name);
	return features;
}

/* Those of builds and policies that nobody runs any more go as well: the others are soon back. */
static void make_room(const char *folder)
{
	scoped(dir) DIR *entries = opendir(folder);
	const struct dirent *entry;
	size_t count = 0;

	while (entries && readdir(entries))
		count++;
	if (count < MOST_MEMORIES)
		return;
	rewinddir(entries);
	while ((entry = readdir(entries)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(entries), entry->d_name, 0);
}

void host_memory_write(const char *folder, const char *file, const char *text)
{
	mkdir(folder, 0700);
	make_room(folder);
	descriptor_replace(file, text, strlen(text));
}

void host_remember(const char *folder, uint64_t features, struct arena *arena)
{
	const char *text = conditions(arena);

	if (!text || geteuid() != 0)
		return;
	for (unsigned i = 0; i < HOST_FEATURE_COUNT; i++)
		if (features & HOST_FEATURE_BIT(i))
			text = arena_printf(arena, "%s%s\n", text, host_features[i].name);
	host_memory_write(folder, file_of(folder, arena), text);
}
