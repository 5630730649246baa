/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/build.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_BUILD_ID = 64 };

struct build_id {
	char text[2 * LONGEST_BUILD_ID + 1];
};

/* The note that the linker wrote into this very program. */
static bool read_note(const unsigned char *at, size_t size, struct build_id *id)
{
	const size_t header = sizeof(ElfW(Nhdr)), align = 3;

	while (size > header) {
		ElfW(Nhdr) note;
		memcpy(&note, at, header);
		size_t name = (note.n_namesz + align) & ~align;
		size_t data = (note.n_descsz + align) & ~align;
		if (name > size - header || data > size - header - name)
			return false;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
			memcmp(at + header, "GNU", sizeof("GNU")) == 0 &&
			note.n_descsz <= LONGEST_BUILD_ID) {
			for (size_t i = 0; i < note.n_descsz; i++)
				snprintf(id->text + 2 * i, 3, "%02x", at[header + name + i]);
			return true;
		}
		at += header + name + data;
		size -= header + name + data;
	}
	return false;
}

/* The program itself comes first, its libraries after it. */
static int read_build_id(struct dl_phdr_info *info, size_t size, void *context)
{
	struct build_id *id = context;

	(void)size;
	for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		const unsigned char *at =
			(const unsigned char *)(uintptr_t)(info->dlpi_addr + header->p_vaddr);

		if (header->p_type == PT_NOTE && read_note(at, header->p_memsz, id))
			break;
	}
	return 1;
}

const char *host_build_id(void)
{
	static struct build_id id;

	if (!id.text[0])
		dl_iterate_phdr(read_build_id, &id);
	return id.text[0] ? id.text : NULL;
}
