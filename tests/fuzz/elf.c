/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any bytes as an ELF file: services may be pointed at programs that others wrote. */

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "host/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(arena) struct arena *arena = arena_new();
	struct host_elf elf;
	const char *why;

	scoped(fd) int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size)
		host_read_elf(fd, arena, &elf, &why);
	return 0;
}
