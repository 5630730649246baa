/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "host/elf.h"

/* This very program, as bytes to damage. */
static unsigned char *own;
static size_t own_size;

static int read_own(void **state)
{
	struct stat status;

	(void)state;
	scoped(fd) int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -1;
	own_size = (size_t)status.st_size;
	own = malloc(own_size);
	return own && read(fd, own, own_size) == (ssize_t)own_size ? 0 : -1;
}

static int free_own(void **state)
{
	(void)state;
	free(own);
	return 0;
}

static int read_bytes(const void *data, size_t size, struct host_elf *elf, struct arena *arena)
{
	const char *why;

	scoped(fd) int fd = memfd_create("elf", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return -EIO;
	return host_read_elf(fd, arena, elf, &why);
}

/* The result for this program with @size bytes at @offset replaced. */
static int read_changed(size_t offset, const void *with, size_t size)
{
	scoped(arena) struct arena *arena = arena_new();
	scoped(memory) unsigned char *copy = malloc(own_size);
	struct host_elf elf;

	memcpy(copy, own, own_size);
	memcpy(copy + offset, with, size);
	return read_bytes(copy, own_size, &elf, arena);
}

static void a_program_tells_its_loader_and_libraries(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct host_elf elf;
	bool libc = false;

	(void)state;
	assert_int_equal(read_bytes(own, own_size, &elf, arena), 0);
	assert_non_null(elf.interpreter);
	assert_non_null(strstr(elf.interpreter, "/ld-linux"));
	for (size_t i = 0; i < elf.needed_count; i++)
		libc |= strcmp(elf.needed[i], "libc.so.6") == 0;
	assert_true(libc);
}

static void text_is_not_an_elf_file(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct host_elf elf;

	(void)state;
	assert_int_equal(read_bytes("", 0, &elf, arena), -ENOEXEC);
	assert_int_equal(read_bytes("#!/bin/sh\n", 10, &elf, arena), -ENOEXEC);
}

static void a_32_bit_program_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_changed(EI_CLASS, &(char){ELFCLASS32}, 1), -ELIBBAD);
}

static void a_program_for_another_machine_is_refused(void **state)
{
	Elf64_Half machine = EM_S390;

	(void)state;
	assert_int_equal(
		read_changed(offsetof(Elf64_Ehdr, e_machine), &machine, sizeof(machine)), -ELIBBAD);
}

static void program_headers_outside_of_the_file_are_refused(void **state)
{
	uint64_t offset = UINT64_MAX - 8;
	Elf64_Half size = 3, count = UINT16_MAX;

	(void)state;
	assert_int_equal(
		read_changed(offsetof(Elf64_Ehdr, e_phoff), &offset, sizeof(offset)), -EBADMSG);
	assert_int_equal(
		read_changed(offsetof(Elf64_Ehdr, e_phentsize), &size, sizeof(size)), -EBADMSG);
	assert_int_equal(
		read_changed(offsetof(Elf64_Ehdr, e_phnum), &count, sizeof(count)), -EBADMSG);
}

static size_t header_offset(uint32_t type)
{
	Elf64_Ehdr header;
	Elf64_Phdr program;

	memcpy(&header, own, sizeof(header));
	for (size_t i = 0; i < header.e_phnum; i++) {
		memcpy(&program, own + header.e_phoff + i * sizeof(program), sizeof(program));
		if (program.p_type == type)
			return header.e_phoff + i * sizeof(program);
	}
	fail_msg("this program lacks a header");
	return 0;
}

static void a_dynamic_section_outside_of_the_file_is_refused(void **state)
{
	size_t dynamic = header_offset(PT_DYNAMIC);
	uint64_t far = UINT64_MAX - 15, huge = UINT64_MAX;

	(void)state;
	assert_int_equal(read_changed(dynamic + offsetof(Elf64_Phdr, p_offset), &far, sizeof(far)),
		-EBADMSG);
	assert_int_equal(
		read_changed(dynamic + offsetof(Elf64_Phdr, p_filesz), &huge, sizeof(huge)),
		-EBADMSG);
}

/* Where the entry @tag of the dynamic section has its value. */
static size_t value_offset(int64_t tag)
{
	Elf64_Phdr header;
	Elf64_Dyn entry;

	memcpy(&header, own + header_offset(PT_DYNAMIC), sizeof(header));
	for (size_t at = header.p_offset; at < header.p_offset + header.p_filesz;
		at += sizeof(entry)) {
		memcpy(&entry, own + at, sizeof(entry));
		if (entry.d_tag == tag)
			return at + offsetof(Elf64_Dyn, d_un);
	}
	fail_msg("this program lacks an entry");
	return 0;
}

static void names_outside_of_their_table_are_refused(void **state)
{
	uint64_t far = UINT64_MAX - 1, next = 1 << 30;

	(void)state;
	assert_int_equal(read_changed(value_offset(DT_STRTAB), &far, sizeof(far)), -EBADMSG);
	assert_int_equal(read_changed(value_offset(DT_STRSZ), &far, sizeof(far)), -EBADMSG);
	assert_int_equal(read_changed(value_offset(DT_NEEDED), &far, sizeof(far)), -EBADMSG);
	assert_int_equal(read_changed(value_offset(DT_NEEDED), &next, sizeof(next)), -EBADMSG);
}

static void a_loader_that_is_no_path_is_refused(void **state)
{
	Elf64_Phdr header;

	(void)state;
	memcpy(&header, own + header_offset(PT_INTERP), sizeof(header));
	assert_int_equal(read_changed(header.p_offset, "x", 1), -EBADMSG);
	assert_int_equal(read_changed(header.p_offset + header.p_filesz - 1, "x", 1), -EBADMSG);
}

static void every_truncation_ends_well(void **state)
{
	(void)state;
	for (size_t size = 0; size < 8192 && size < own_size; size += size < 1024 ? 1 : 61) {
		scoped(arena) struct arena *arena = arena_new();
		struct host_elf elf;
		assert_true(read_bytes(own, size, &elf, arena) < 0);
	}
}

/* Only that it ends, without reading outside of anything: the sanitizers watch. */
static void random_damage_ends_well(void **state)
{
	scoped(memory) unsigned char *copy = malloc(own_size);
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		scoped(arena) struct arena *arena = arena_new();
		struct host_elf elf;
		size_t headers = sizeof(Elf64_Ehdr) + 16 * sizeof(Elf64_Phdr);
		size_t dynamic = value_offset(DT_NEEDED) & ~(size_t)15;
		memcpy(copy, own, own_size);
		for (int i = 0; i < 1 + round % 5; i++) {
			size_t at = (size_t)rand_r(&seed) % (i % 2 ? headers : 512);
			copy[(i % 3 ? at : dynamic + at) % own_size] = (unsigned char)rand_r(&seed);
		}
		read_bytes(copy, own_size, &elf, arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_tells_its_loader_and_libraries),
		cmocka_unit_test(text_is_not_an_elf_file),
		cmocka_unit_test(a_32_bit_program_is_refused),
		cmocka_unit_test(a_program_for_another_machine_is_refused),
		cmocka_unit_test(program_headers_outside_of_the_file_are_refused),
		cmocka_unit_test(a_dynamic_section_outside_of_the_file_is_refused),
		cmocka_unit_test(names_outside_of_their_table_are_refused),
		cmocka_unit_test(a_loader_that_is_no_path_is_refused),
		cmocka_unit_test(every_truncation_ends_well),
		cmocka_unit_test(random_damage_ends_well),
	};
	return cmocka_run_group_tests(tests, read_own, free_own);
}
