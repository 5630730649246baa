/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/call.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>

/*
 * EACCES: which layer said so?  Where the mode of the file withholds it, it is the user's
 * being another (no capability overrides); where the mode would let it, an LSM's.
 */
static void find_out(struct drill_context *context, const char *path, int flags)
{
	struct stat file;
	unsigned wanted = (flags & O_ACCMODE) == O_RDONLY ? S_IROTH : S_IWOTH;

	if (syscall(SYS_newfstatat, AT_FDCWD, path, &file, 0) < 0)
		return;
	if (!(file.st_mode & 0777)) { /* what the view covers with, which nobody may open */
		context->layer = LAYER_VIEW;
		return;
	}
	bool owns = file.st_uid == (unsigned)syscall(SYS_geteuid);
	bool withheld = !(file.st_mode & (owns ? wanted << 6 : wanted));
	context->layer = withheld ? LAYER_IDENTITY : LAYER_LANDLOCK;
}

int drill_open(struct drill_context *context, const char *path, int flags)
{
	long fd = drill_call(context, SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);

	if (fd == -EACCES)
		find_out(context, path, flags);
	if (fd < 0)
		return (int)fd;
	syscall(SYS_close, (int)fd);
	return 0;
}

int drill_read(struct drill_context *context, const char *path)
{
	char byte;
	long fd = drill_call(context, SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);

	if (fd == -EACCES)
		find_out(context, path, O_RDONLY);
	if (fd < 0)
		return (int)fd;
	long got = drill_call(context, SYS_read, (int)fd, &byte, 1UL);
	syscall(SYS_close, (int)fd);
	return got == 0 ? -ENODATA : drill_done(got);
}

int drill_create(struct drill_context *context, const char *folder, const char *name)
{
	char path[256];

	drill_path(path, folder, name);
	long fd = drill_call(
		context, SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return (int)fd;
	syscall(SYS_close, (int)fd);
	syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	return 0;
}

void drill_path(char path[static 256], const char *folder, const char *name)
{
	size_t length = strnlen(folder, 180);

	memcpy(path, folder, length);
	memcpy(path + length, "/bulkhead-drill-", 16);
	length += 16;
	size_t rest = strnlen(name, 255 - length);
	memcpy(path + length, name, rest);
	path[length + rest] = '\0';
}

int drill_file(struct drill_context *context, const char *path, const void *data, size_t length,
	unsigned mode)
{
	long fd = drill_call(
		context, SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return (int)fd;
	long put = drill_call(context, SYS_write, (int)fd, data, length);
	if (put >= 0)
		return (int)fd;
	syscall(SYS_close, (int)fd);
	syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	return (int)put;
}

unsigned long drill_number(const char *text)
{
	unsigned long number = 0;
	unsigned base = 10;

	if (!text)
		return 0;
	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	for (; *text; text++) {
		unsigned digit =
			*text >= 'a' ? (unsigned)(*text - 'a') + 10 : (unsigned)(*text - '0');
		if (digit >= base)
			break;
		number = number * base + digit;
	}
	return number;
}

#ifdef __x86_64__
/* mov $60,%eax; xor %edi,%edi; syscall */
static const unsigned char leave[] = {0xb8, 0x3c, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05};
enum { MACHINE = EM_X86_64 };
#else
/* mov x0,#0; mov x8,#93; svc #0 */
static const unsigned char leave[] = {0, 0, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
enum { MACHINE = EM_AARCH64 };
#endif

size_t drill_program(unsigned char image[static 256])
{
	const size_t start = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
	const size_t length = start + sizeof(leave);
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = MACHINE,
		.e_version = EV_CURRENT,
		.e_entry = 0x400000 + start,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
	};
	Elf64_Phdr segment = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_vaddr = 0x400000,
		.p_paddr = 0x400000,
		.p_filesz = length,
		.p_memsz = length,
		.p_align = 0x1000,
	};

	memcpy(image, &header, sizeof(header));
	memcpy(image + sizeof(header), &segment, sizeof(segment));
	memcpy(image + start, leave, sizeof(leave));
	return length;
}
