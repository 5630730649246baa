/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/landlock.h"

#define FILES CATALOG_LANDLOCK_FILES
#define NET CATALOG_LANDLOCK_NET
#define SCOPE CATALOG_LANDLOCK_SCOPE

static const struct catalog_landlock_right rights[] = {
	{FILES, CATALOG_LANDLOCK_EXECUTE, 1, "execute", "run a program"},
	{FILES, CATALOG_LANDLOCK_WRITE_FILE, 1, "write-file", "open a file for writing"},
	{FILES, CATALOG_LANDLOCK_READ_FILE, 1, "read-file", "open a file for reading"},
	{FILES, CATALOG_LANDLOCK_READ_DIR, 1, "read-dir", "list a folder"},
	{FILES, CATALOG_LANDLOCK_REMOVE_DIR, 1, "remove-dir", "remove or rename a folder"},
	{FILES, CATALOG_LANDLOCK_REMOVE_FILE, 1, "remove-file", "remove or rename a file"},
	{FILES, CATALOG_LANDLOCK_MAKE_CHAR, 1, "make-char", "make a character device"},
	{FILES, CATALOG_LANDLOCK_MAKE_DIR, 1, "make-dir", "make a folder"},
	{FILES, CATALOG_LANDLOCK_MAKE_REG, 1, "make-reg", "make a file"},
	{FILES, CATALOG_LANDLOCK_MAKE_SOCK, 1, "make-sock", "make a socket file"},
	{FILES, CATALOG_LANDLOCK_MAKE_FIFO, 1, "make-fifo", "make a named pipe"},
	{FILES, CATALOG_LANDLOCK_MAKE_BLOCK, 1, "make-block", "make a block device"},
	{FILES, CATALOG_LANDLOCK_MAKE_SYM, 1, "make-sym", "make a symbolic link"},
	{FILES, CATALOG_LANDLOCK_REFER, 2, "refer", "link or rename across folders"},
	{FILES, CATALOG_LANDLOCK_TRUNCATE, 3, "truncate", "cut a file"},
	{FILES, CATALOG_LANDLOCK_IOCTL_DEV, 5, "ioctl-dev", "control a device"},
	{NET, CATALOG_LANDLOCK_BIND_TCP, 4, "bind-tcp", "listen on a TCP port"},
	{NET, CATALOG_LANDLOCK_CONNECT_TCP, 4, "connect-tcp", "connect to a TCP port"},
	{SCOPE, CATALOG_LANDLOCK_SCOPE_ABSTRACT_SOCKET, 6, "abstract-socket",
		"reach abstract sockets of processes outside"},
	{SCOPE, CATALOG_LANDLOCK_SCOPE_SIGNAL, 6, "signal", "signal processes outside"},
};

static uint64_t known(enum catalog_landlock_kind kind, unsigned abi)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		if (rights[i].kind == kind && rights[i].abi <= abi)
			bits |= rights[i].bit;
	return bits;
}

uint64_t catalog_landlock_files(unsigned abi)
{
	return known(CATALOG_LANDLOCK_FILES, abi);
}

uint64_t catalog_landlock_net(unsigned abi)
{
	return known(CATALOG_LANDLOCK_NET, abi);
}

uint64_t catalog_landlock_scopes(unsigned abi)
{
	return known(CATALOG_LANDLOCK_SCOPE, abi);
}
