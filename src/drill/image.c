/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attackers bring along: a program and a library, as small as this machine takes them. */
#include <elf.h>
#include <string.h>

#include "drill/call.h"

/* End with status 0. */
#ifdef __x86_64__
/* mov $60,%eax; xor %edi,%edi; syscall */
static const unsigned char leave[] = {0xb8, 0x3c, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05};
enum { MACHINE = EM_X86_64 };
#else
/* mov x0,#0; mov x8,#93; svc #0 */
static const unsigned char leave[] = {0, 0, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
enum { MACHINE = EM_AARCH64 };
#endif

/* Say that it got through, as drill_report() does, and end. */
#define SUCCEEDED                                                                                  \
	's', 'u', 'c', 'c', 'e', 'e', 'd', 'e', 'd', ' ', '0', ' ', '0', ' ', '-', '1', '\n'
#ifdef __x86_64__
/* mov $1,%eax; mov $1,%edi; lea 0x10(%rip),%rsi; mov $17,%edx; syscall; as above */
static const unsigned char tell[] = {0xb8, 1, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0x48, 0x8d, 0x35, 0x10, 0,
	0, 0, 0xba, 17, 0, 0, 0, 0x0f, 0x05, 0xb8, 0x3c, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05,
	SUCCEEDED};
#else
/* mov x0,#1; adr x1,.+28; mov x2,#17; mov x8,#64; svc #0; as above */
static const unsigned char tell[] = {0x20, 0, 0x80, 0xd2, 0xe1, 0, 0, 0x10, 0x22, 2, 0x80, 0xd2, 8,
	8, 0x80, 0xd2, 1, 0, 0, 0xd4, 0, 0, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 1, 0, 0, 0xd4,
	SUCCEEDED};
#endif

enum { PAGE = 0x1000, BASE = 0x400000 };

static Elf64_Ehdr header(unsigned short type, unsigned short segments, Elf64_Addr entry)
{
	return (Elf64_Ehdr){
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			EV_CURRENT},
		.e_type = type,
		.e_machine = MACHINE,
		.e_version = EV_CURRENT,
		.e_entry = entry,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = segments,
	};
}

static Elf64_Phdr segment(
	unsigned type, unsigned flags, Elf64_Addr base, size_t from, size_t length)
{
	return (Elf64_Phdr){
		.p_type = type,
		.p_flags = flags,
		.p_offset = from,
		.p_vaddr = base + from,
		.p_paddr = base + from,
		.p_filesz = length,
		.p_memsz = length,
		.p_align = type == PT_LOAD ? PAGE : 8,
	};
}

size_t drill_program(unsigned char image[static 256])
{
	const size_t start = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
	const size_t length = start + sizeof(leave);
	const Elf64_Ehdr first = header(ET_EXEC, 1, BASE + start);
	const Elf64_Phdr code = segment(PT_LOAD, PF_R | PF_X, BASE, 0, length);

	memcpy(image, &first, sizeof(first));
	memcpy(image + sizeof(first), &code, sizeof(code));
	memcpy(image + start, leave, sizeof(leave));
	return length;
}

/* No name, no symbol: a loader wants the tables all the same.  The dynamic part is read-only, so
 * that it does not write to it. */
size_t drill_library(unsigned char image[static 512])
{
	const size_t start = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	const Elf64_Sym none = {0};
	const size_t symbol = start + (sizeof(tell) + 7) / 8 * 8;
	const size_t words = symbol + sizeof(none);
	const Elf64_Dyn dynamic[] = {
		{DT_INIT, {start}},
		{DT_STRTAB, {symbol}}, /* begins with a zero byte */
		{DT_STRSZ, {1}},
		{DT_SYMTAB, {symbol}},
		{DT_SYMENT, {sizeof(none)}},
		{DT_NULL, {0}},
	};
	const size_t length = words + sizeof(dynamic);
	const Elf64_Ehdr first = header(ET_DYN, 2, 0);
	const Elf64_Phdr segments[] = {
		segment(PT_LOAD, PF_R | PF_X, 0, 0, length),
		segment(PT_DYNAMIC, PF_R, 0, words, sizeof(dynamic)),
	};

	_Static_assert(sizeof(first) + sizeof(segments) + sizeof(dynamic) + sizeof(none) +
				       sizeof(tell) + 8 <=
			       512,
		"a library fits its image");
	memset(image, 0, 512);
	memcpy(image, &first, sizeof(first));
	memcpy(image + sizeof(first), segments, sizeof(segments));
	memcpy(image + start, tell, sizeof(tell));
	memcpy(image + words, dynamic, sizeof(dynamic));
	return length;
}
