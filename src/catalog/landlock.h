/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Landlock's rights, each with the ABI that brought it.  Numbers of our own:
 * the headers of Debian 12 stop at ABI 2 (linux/landlock.h; landlock(7)).
 */

#include <stddef.h>
#include <stdint.h>

#define CATALOG_LANDLOCK_EXECUTE (UINT64_C(1) << 0)
#define CATALOG_LANDLOCK_WRITE_FILE (UINT64_C(1) << 1)
#define CATALOG_LANDLOCK_READ_FILE (UINT64_C(1) << 2)
#define CATALOG_LANDLOCK_READ_DIR (UINT64_C(1) << 3)
#define CATALOG_LANDLOCK_REMOVE_DIR (UINT64_C(1) << 4)
#define CATALOG_LANDLOCK_REMOVE_FILE (UINT64_C(1) << 5)
#define CATALOG_LANDLOCK_MAKE_CHAR (UINT64_C(1) << 6)
#define CATALOG_LANDLOCK_MAKE_DIR (UINT64_C(1) << 7)
#define CATALOG_LANDLOCK_MAKE_REG (UINT64_C(1) << 8)
#define CATALOG_LANDLOCK_MAKE_SOCK (UINT64_C(1) << 9)
#define CATALOG_LANDLOCK_MAKE_FIFO (UINT64_C(1) << 10)
#define CATALOG_LANDLOCK_MAKE_BLOCK (UINT64_C(1) << 11)
#define CATALOG_LANDLOCK_MAKE_SYM (UINT64_C(1) << 12)
#define CATALOG_LANDLOCK_REFER (UINT64_C(1) << 13)
#define CATALOG_LANDLOCK_TRUNCATE (UINT64_C(1) << 14)
#define CATALOG_LANDLOCK_IOCTL_DEV (UINT64_C(1) << 15)

#define CATALOG_LANDLOCK_BIND_TCP (UINT64_C(1) << 0)
#define CATALOG_LANDLOCK_CONNECT_TCP (UINT64_C(1) << 1)

#define CATALOG_LANDLOCK_SCOPE_ABSTRACT_SOCKET (UINT64_C(1) << 0)
#define CATALOG_LANDLOCK_SCOPE_SIGNAL (UINT64_C(1) << 1)

/* What a service may do in a folder that it writes: no devices, no sockets, nothing executed. */
#define CATALOG_LANDLOCK_WRITE_FOLDER                                                              \
	(CATALOG_LANDLOCK_WRITE_FILE | CATALOG_LANDLOCK_REMOVE_DIR |                               \
		CATALOG_LANDLOCK_REMOVE_FILE | CATALOG_LANDLOCK_MAKE_DIR |                         \
		CATALOG_LANDLOCK_MAKE_REG | CATALOG_LANDLOCK_MAKE_FIFO |                           \
		CATALOG_LANDLOCK_MAKE_SYM | CATALOG_LANDLOCK_REFER | CATALOG_LANDLOCK_TRUNCATE)

/* The only rights that a rule about a file (not a folder) may carry. */
#define CATALOG_LANDLOCK_FILE_RIGHTS                                                               \
	(CATALOG_LANDLOCK_EXECUTE | CATALOG_LANDLOCK_WRITE_FILE | CATALOG_LANDLOCK_READ_FILE |     \
		CATALOG_LANDLOCK_TRUNCATE | CATALOG_LANDLOCK_IOCTL_DEV)

enum catalog_landlock_kind {
	CATALOG_LANDLOCK_FILES,
	CATALOG_LANDLOCK_NET,
	CATALOG_LANDLOCK_SCOPE,
};

struct catalog_landlock_right {
	enum catalog_landlock_kind kind;
	uint64_t bit;
	unsigned abi;         /* the first that knows it */
	const char *name;     /* "execute" */
	const char *sentence; /* "run a program" */
};

/* Every right of a kind that a kernel of @abi knows: what a domain handles. */
uint64_t catalog_landlock_files(unsigned abi);
uint64_t catalog_landlock_net(unsigned abi);
uint64_t catalog_landlock_scopes(unsigned abi);
