/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/call.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* What @flags ask of a file, in the bits of a mode for others. */
static unsigned wanted(int flags)
{
	return (flags & O_ACCMODE) == O_RDONLY   ? S_IROTH
	       : (flags & O_ACCMODE) == O_WRONLY ? S_IWOTH
						 : S_IROTH | S_IWOTH;
}

/* Does @file's mode withhold @bits from this process? */
static bool withholds(const struct stat *file, unsigned bits)
{
	unsigned shift = file->st_uid == (unsigned)syscall(SYS_geteuid)   ? 6
			 : file->st_gid == (unsigned)syscall(SYS_getegid) ? 3
									  : 0;

	return (file->st_mode >> shift & bits) != bits;
}

/* The folder that @path is in, in place. */
static void rise(char path[256])
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] != '/')
		length--;
	path[length > 1 ? length - 1 : 1] = '\0';
}

/*
 * EACCES: which layer said so?  Where the mode of the file withholds it, it is the user's
 * being another (no capability overrides); where the mode would let it, an LSM's.  A mode of 0
 * is what the view covers with.  Where the file itself cannot be seen, the folder that hides it
 * decides, and none that does: then nothing is known.
 */
static void find_out(struct drill_context *context, const char *name, unsigned bits)
{
	struct stat file;
	char path[256] = "";
	bool hidden = false;

	memcpy(path, name, strnlen(name, sizeof(path) - 1));
	while (syscall(SYS_newfstatat, AT_FDCWD, path, &file, 0) < 0) {
		if (errno != EACCES || path[1] == '\0')
			return;
		rise(path);
		hidden = true;
	}
	if (!(file.st_mode & 0777))
		context->layer = LAYER_VIEW;
	else if (withholds(&file, hidden ? S_IXOTH : bits))
		context->layer = LAYER_IDENTITY;
	else if (!hidden)
		context->layer = LAYER_LANDLOCK;
}

int drill_open(struct drill_context *context, const char *path, int flags)
{
	long fd = drill_call(context, SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);

	if (fd == -EACCES)
		find_out(context, path, wanted(flags));
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
		find_out(context, path, S_IROTH);
	if (fd < 0)
		return (int)fd;
	long got = drill_call(context, SYS_read, (int)fd, &byte, 1UL);
	syscall(SYS_close, (int)fd);
	return got == 0 ? -ENODATA : drill_done(got);
}

/* The answer of a call that makes something in a folder, whatever it was meant for. */
static long made(struct drill_context *context, const char *name, long result)
{
	char folder[256] = "";

	memcpy(folder, name, strnlen(name, sizeof(folder) - 1));
	rise(folder);
	if (result == -EACCES)
		find_out(context, folder, S_IWOTH | S_IXOTH);
	if (result == -EROFS || result == -ENOENT)
		context->layer = LAYER_VIEW;
	return result;
}

int drill_create(struct drill_context *context, const char *folder, const char *name)
{
	char path[256];

	drill_path(path, folder, name);
	int fd = drill_file(context, path, "", 0, 0600);
	if (fd < 0)
		return fd;
	syscall(SYS_close, fd);
	drill_remove(path);
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
	long fd = made(context, path,
		drill_call(context, SYS_openat, AT_FDCWD, path,
			O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));

	if (fd < 0 || length == 0)
		return (int)fd;
	long put = drill_call(context, SYS_write, (int)fd, data, length);
	if (put >= 0)
		return (int)fd;
	syscall(SYS_close, (int)fd);
	drill_remove(path);
	return (int)put;
}

void drill_remove(const char *path)
{
#ifdef SYS_unlink
	if (syscall(SYS_unlink, path) == 0)
		return;
#endif
	syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int drill_meet(struct drill_context *context, const char *name, bool abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = 0;

	for (; name[length] && length < sizeof(address.sun_path) - 2; length++)
		address.sun_path[length + abstract] = name[length];
	long fd = drill_call(context, SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return (int)fd;
	unsigned size = (unsigned)(offsetof(struct sockaddr_un, sun_path) + length + 1);
	long result = drill_call(context, SYS_connect, (int)fd, &address, size);
	syscall(SYS_close, (int)fd);
	return drill_done(result);
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
