/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"

#if defined(__x86_64__)
enum { OWN_MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { OWN_MACHINE = EM_AARCH64 };
#else
#error "bulkhead knows x86-64 and arm64"
#endif

enum {
	MOST_HEADERS = 512,   /* program headers; real files have about a dozen */
	MOST_ENTRIES = 65536, /* of the dynamic section */
	MOST_NEEDED = 4096,
	LONGEST_NAME = 4096,
	WINDOW = 4096,
};

struct reader {
	int fd;
	uint64_t size; /* of the file */
	struct arena *arena;
	Elf64_Phdr *headers;
	size_t header_count;
	Elf64_Dyn *entries;
	size_t entry_count;
	uint64_t strings, strings_size; /* offset in the file */
	const char **why;
	/* What was read last: the parts that are of interest lie close together. */
	char window[WINDOW];
	uint64_t window_start, window_length;
};

static int damaged(struct reader *reader, const char *what)
{
	*reader->why = what;
	return -EBADMSG;
}

/* Is [offset, offset + length) inside the file? */
static bool inside(const struct reader *reader, uint64_t offset, uint64_t length)
{
	return offset <= reader->size && length <= reader->size - offset;
}

static bool in_window(const struct reader *reader, uint64_t offset, uint64_t length)
{
	return offset >= reader->window_start && length <= reader->window_length &&
	       offset - reader->window_start <= reader->window_length - length;
}

/* @length bytes at @offset, at most a window of them; NULL when they are not all there. */
static const char *look_at(struct reader *reader, uint64_t offset, uint64_t length)
{
	if (!in_window(reader, offset, length)) {
		ssize_t got = pread(reader->fd, reader->window, WINDOW, (off_t)offset);

		reader->window_start = offset;
		reader->window_length = got < 0 ? 0 : (uint64_t)got;
	}
	return in_window(reader, offset, length) ? reader->window + (offset - reader->window_start)
						 : NULL;
}

static bool read_at(struct reader *reader, void *data, uint64_t length, uint64_t offset)
{
	if (!inside(reader, offset, length))
		return false;
	if (length > WINDOW)
		return pread(reader->fd, data, length, (off_t)offset) == (ssize_t)length;
	const char *there = look_at(reader, offset, length);
	if (there)
		memcpy(data, there, length);
	return there != NULL;
}

static int check_identity(struct reader *reader, const Elf64_Ehdr *header)
{
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
		*reader->why = "not an ELF file";
		return -ENOEXEC;
	}
	if (header->e_ident[EI_CLASS] != ELFCLASS64) {
		*reader->why = "a 32-bit program: services have no 32-bit system calls";
		return -ELIBBAD;
	}
	if (header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != OWN_MACHINE) {
		*reader->why = "built for another machine";
		return -ELIBBAD;
	}
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return damaged(reader, "an ELF file that is neither a program nor a library");
	return 0;
}

static int read_headers(struct reader *reader)
{
	Elf64_Ehdr header;

	if (!read_at(reader, &header, sizeof(header), 0)) {
		unsigned char start[SELFMAG];
		if (read_at(reader, start, SELFMAG, 0) && memcmp(start, ELFMAG, SELFMAG) == 0)
			return damaged(reader, "a truncated ELF file");
		*reader->why = "not an ELF file";
		return -ENOEXEC;
	}
	int error = check_identity(reader, &header);
	if (error < 0)
		return error;
	if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
		header.e_phnum > MOST_HEADERS)
		return damaged(reader, "a damaged ELF file: its program headers make no sense");
	reader->header_count = header.e_phnum;
	reader->headers = arena_alloc(reader->arena, header.e_phnum * sizeof(Elf64_Phdr));
	if (!read_at(reader, reader->headers, header.e_phnum * sizeof(Elf64_Phdr), header.e_phoff))
		return damaged(reader, "a damaged ELF file: its program headers lie outside of it");
	return 0;
}

static const Elf64_Phdr *header_of(const struct reader *reader, uint32_t type)
{
	for (size_t i = 0; i < reader->header_count; i++)
		if (reader->headers[i].p_type == type)
			return &reader->headers[i];
	return NULL;
}

/* The text at @offset, at most @most bytes with its NUL; NULL when it does not end there. */
static const char *text_at(struct reader *reader, uint64_t offset, uint64_t most)
{
	if (!inside(reader, offset, 0))
		return NULL;
	if (most > reader->size - offset)
		most = reader->size - offset;
	if (most > LONGEST_NAME)
		most = LONGEST_NAME;
	uint64_t seen = in_window(reader, offset, 1)
				? reader->window_start + reader->window_length - offset
				: 0;
	if (seen > most)
		seen = most;
	/* What ends in the window is whole; else the window is moved. */
	const char *there = seen ? look_at(reader, offset, seen) : NULL;
	if (most && (!there || !memchr(there, '\0', seen)))
		there = look_at(reader, offset, most);
	return there && memchr(there, '\0', most) ? arena_text(reader->arena, there) : NULL;
}

static int read_interpreter(struct reader *reader, struct host_elf *elf)
{
	const Elf64_Phdr *header = header_of(reader, PT_INTERP);

	if (!header)
		return 0;
	elf->interpreter = text_at(reader, header->p_offset, header->p_filesz);
	if (!elf->interpreter || elf->interpreter[0] != '/')
		return damaged(reader, "a damaged ELF file: the name of its loader makes no sense");
	return 0;
}

static int read_entries(struct reader *reader)
{
	const Elf64_Phdr *header = header_of(reader, PT_DYNAMIC);

	if (!header)
		return 0;
	reader->entry_count = header->p_filesz / sizeof(Elf64_Dyn);
	if (reader->entry_count > MOST_ENTRIES)
		return damaged(reader, "a damaged ELF file: its dynamic section is too long");
	reader->entries = arena_alloc(reader->arena, reader->entry_count * sizeof(Elf64_Dyn) + 1);
	if (!read_at(reader, reader->entries, reader->entry_count * sizeof(Elf64_Dyn),
		    header->p_offset))
		return damaged(
			reader, "a damaged ELF file: its dynamic section lies outside of it");
	for (size_t i = 0; i < reader->entry_count; i++)
		if (reader->entries[i].d_tag == DT_NULL)
			reader->entry_count = i;
	return 0;
}

static bool entry_value(const struct reader *reader, int64_t tag, uint64_t *value)
{
	for (size_t i = 0; i < reader->entry_count; i++)
		if (reader->entries[i].d_tag == tag) {
			*value = reader->entries[i].d_un.d_val;
			return true;
		}
	return false;
}

/* The dynamic section names addresses; the load headers say where they lie in the file. */
static bool offset_of(const struct reader *reader, uint64_t address, uint64_t *offset)
{
	for (size_t i = 0; i < reader->header_count; i++) {
		const Elf64_Phdr *header = &reader->headers[i];
		if (header->p_type == PT_LOAD && address >= header->p_vaddr &&
			address - header->p_vaddr < header->p_filesz) {
			*offset = header->p_offset + (address - header->p_vaddr);
			return *offset >= header->p_offset;
		}
	}
	return false;
}

static int find_strings(struct reader *reader)
{
	uint64_t address = 0;

	if (!entry_value(reader, DT_STRTAB, &address) ||
		!entry_value(reader, DT_STRSZ, &reader->strings_size) ||
		!offset_of(reader, address, &reader->strings) ||
		!inside(reader, reader->strings, reader->strings_size))
		return damaged(reader, "a damaged ELF file: its table of names lies outside of it");
	return 0;
}

static const char *name_at(struct reader *reader, uint64_t index)
{
	if (index >= reader->strings_size)
		return NULL;
	return text_at(reader, reader->strings + index, reader->strings_size - index);
}

static int read_names(struct reader *reader, struct host_elf *elf)
{
	for (size_t i = 0; i < reader->entry_count; i++) {
		const Elf64_Dyn *entry = &reader->entries[i];
		if (entry->d_tag != DT_NEEDED && entry->d_tag != DT_RPATH &&
			entry->d_tag != DT_RUNPATH)
			continue;
		const char *name = name_at(reader, entry->d_un.d_val);
		if (!name || elf->needed_count >= MOST_NEEDED)
			return damaged(reader, "a damaged ELF file: a name in it makes no sense");
		if (entry->d_tag == DT_RPATH)
			elf->rpath = name;
		else if (entry->d_tag == DT_RUNPATH)
			elf->runpath = name;
		else
			*(const char **)arena_append(reader->arena, &elf->needed,
				&elf->needed_count, sizeof(char *)) = name;
	}
	if (elf->runpath)
		elf->rpath = NULL;
	return 0;
}

int host_read_elf(int fd, struct arena *arena, struct host_elf *elf, const char **why)
{
	struct reader reader = {.fd = fd, .arena = arena, .why = why};
	struct stat status;

	*elf = (struct host_elf){0};
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		*why = "not a file";
		return -ENOEXEC;
	}
	reader.size = (uint64_t)status.st_size;
	int error = read_headers(&reader);
	if (error == 0)
		error = read_interpreter(&reader, elf);
	if (error == 0)
		error = read_entries(&reader);
	if (error < 0 || reader.entry_count == 0)
		return error;
	uint64_t ignored;
	if (!entry_value(&reader, DT_NEEDED, &ignored) &&
		!entry_value(&reader, DT_RUNPATH, &ignored) &&
		!entry_value(&reader, DT_RPATH, &ignored))
		return 0;
	error = find_strings(&reader);
	return error < 0 ? error : read_names(&reader, elf);
}
