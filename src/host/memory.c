/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/memory.h"

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

enum { LARGEST_MEMORY = 8192 };

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

uint64_t host_recall(const char *file, struct arena *arena)
{
	const char *same = conditions(arena), *text;
	uint64_t features = 0;
	size_t length;

	if (!same || geteuid() != 0 ||
		trusted_read(file, LARGEST_MEMORY, arena, &text, &length, (struct where){0}, NULL) <
			0 ||
		!text_starts(text, same))
		return 0;
	char *names = arena_text(arena, text + strlen(same)), *rest = NULL;
	for (char *name = strtok_r(names, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest))
		features |= feature_named(name);
	return features;
}

void host_remember(const char *file, uint64_t features, struct arena *arena)
{
	const char *text = conditions(arena);

	if (!text || geteuid() != 0)
		return;
	for (unsigned i = 0; i < HOST_FEATURE_COUNT; i++)
		if (features & HOST_FEATURE_BIT(i))
			text = arena_printf(arena, "%s%s\n", text, host_features[i].name);
	descriptor_replace(file, text, strlen(text));
}
