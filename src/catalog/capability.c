/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/capability.h"

#include <linux/capability.h>
#include <string.h>

#include "base/text.h"

/* Newer than some headers; the numbers are the kernel's. */
#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif

/*
 * A service lives in a user namespace of its own, over namespaces that belong
 * to its parent.  A capability there reaches only what that user namespace
 * owns, so most of them can do nothing; asking for one is then a mistake.
 */
#define HOST_ONLY                                                                                  \
	"it acts on the whole machine and can do nothing inside a user namespace; leave it out"
#define NETWORK                                                                                    \
	"a service's network belongs to bulkhead, so it can do nothing here; declare `listens` "   \
	"and `connects` instead"
#define MAPPED "it reaches only users that the service maps; name them in `users` instead"

static const struct catalog_capability capabilities[] = {
	[CAP_CHOWN] = {"CAP_CHOWN", "take ownership of any file of its mapped users", NULL},
	[CAP_DAC_OVERRIDE] = {"CAP_DAC_OVERRIDE", "ignore file permissions of its mapped users",
		NULL},
	[CAP_DAC_READ_SEARCH] = {"CAP_DAC_READ_SEARCH",
		"read any file and folder of its mapped users", NULL},
	[CAP_FOWNER] = {"CAP_FOWNER", "act as the owner of files of its mapped users", NULL},
	[CAP_FSETID] = {"CAP_FSETID", "keep set-id bits when files change",
		"set-id bits are refused to every service; leave it out"},
	[CAP_KILL] = {"CAP_KILL", "send signals to processes of its other users", NULL},
	[CAP_SETGID] = {"CAP_SETGID", "change to its other groups", NULL},
	[CAP_SETUID] = {"CAP_SETUID", "change to its other users", NULL},
	[CAP_SETPCAP] = {"CAP_SETPCAP", "change its bounding set and securebits",
		"a service's securebits are locked; leave it out"},
	[CAP_LINUX_IMMUTABLE] = {"CAP_LINUX_IMMUTABLE", "set immutable and append-only on files",
		HOST_ONLY},
	[CAP_NET_BIND_SERVICE] = {"CAP_NET_BIND_SERVICE", "listen on ports below 1024",
		"low ports need no capability here: `listens: [80]` is enough"},
	[CAP_NET_BROADCAST] = {"CAP_NET_BROADCAST", "nothing (Linux does not use it)", HOST_ONLY},
	[CAP_NET_ADMIN] = {"CAP_NET_ADMIN", "configure interfaces, routes and packet filters",
		NETWORK},
	[CAP_NET_RAW] = {"CAP_NET_RAW", "make raw and packet sockets", NETWORK},
	[CAP_IPC_LOCK] = {"CAP_IPC_LOCK", "lock memory beyond its limit", HOST_ONLY},
	[CAP_IPC_OWNER] = {"CAP_IPC_OWNER", "ignore permissions of System V objects", NULL},
	[CAP_SYS_MODULE] = {"CAP_SYS_MODULE", "load code into the kernel", HOST_ONLY},
	[CAP_SYS_RAWIO] = {"CAP_SYS_RAWIO", "reach ports and memory of devices", HOST_ONLY},
	[CAP_SYS_CHROOT] = {"CAP_SYS_CHROOT", "change its root folder", NULL},
	[CAP_SYS_PTRACE] = {"CAP_SYS_PTRACE", "trace and read other processes of its namespace",
		"ptrace is refused to every service; leave it out"},
	[CAP_SYS_PACCT] = {"CAP_SYS_PACCT", "switch process accounting", HOST_ONLY},
	[CAP_SYS_ADMIN] = {"CAP_SYS_ADMIN", "mount, make namespaces and much else",
		"mounts and namespaces are refused to every service; leave it out"},
	[CAP_SYS_BOOT] = {"CAP_SYS_BOOT", "restart the machine or its kernel", HOST_ONLY},
	[CAP_SYS_NICE] = {"CAP_SYS_NICE", "raise its priority", HOST_ONLY},
	[CAP_SYS_RESOURCE] = {"CAP_SYS_RESOURCE", "go beyond its limits",
		"limits bind every service; give the number in `limits` instead"},
	[CAP_SYS_TIME] = {"CAP_SYS_TIME", "set the clock", HOST_ONLY},
	[CAP_SYS_TTY_CONFIG] = {"CAP_SYS_TTY_CONFIG", "configure terminals", HOST_ONLY},
	[CAP_MKNOD] = {"CAP_MKNOD", "make device files", HOST_ONLY},
	[CAP_LEASE] = {"CAP_LEASE", "take leases on files of other users", MAPPED},
	[CAP_AUDIT_WRITE] = {"CAP_AUDIT_WRITE", "write to the audit log", HOST_ONLY},
	[CAP_AUDIT_CONTROL] = {"CAP_AUDIT_CONTROL", "configure audit", HOST_ONLY},
	[CAP_SETFCAP] = {"CAP_SETFCAP", "give capabilities to files",
		"nothing in a service's view grants privilege on execution; leave it out"},
	[CAP_MAC_OVERRIDE] = {"CAP_MAC_OVERRIDE", "ignore mandatory access control (Smack)",
		HOST_ONLY},
	[CAP_MAC_ADMIN] = {"CAP_MAC_ADMIN", "configure mandatory access control", HOST_ONLY},
	[CAP_SYSLOG] = {"CAP_SYSLOG", "read and clear the kernel's log", HOST_ONLY},
	[CAP_WAKE_ALARM] = {"CAP_WAKE_ALARM", "wake the machine by timers", HOST_ONLY},
	[CAP_BLOCK_SUSPEND] = {"CAP_BLOCK_SUSPEND", "keep the machine from sleeping", HOST_ONLY},
	[CAP_AUDIT_READ] = {"CAP_AUDIT_READ", "read the audit log", HOST_ONLY},
	[CAP_PERFMON] = {"CAP_PERFMON", "observe performance of the whole machine", HOST_ONLY},
	[CAP_BPF] = {"CAP_BPF", "load BPF programs", HOST_ONLY},
	[CAP_CHECKPOINT_RESTORE] = {"CAP_CHECKPOINT_RESTORE", "freeze and restore processes",
		"no service restores processes; leave it out"},
};

enum { COUNT = sizeof(capabilities) / sizeof(capabilities[0]) };

_Static_assert(COUNT == CAP_CHECKPOINT_RESTORE + 1, "one row for each capability");

const struct catalog_capability *catalog_capability(unsigned number)
{
	return number < COUNT ? &capabilities[number] : NULL;
}

int catalog_capability_number(const char *name)
{
	for (int i = 0; i < COUNT; i++)
		if (text_equal(capabilities[i].name, name) ||
			text_equal(capabilities[i].name + strlen("CAP_"), name))
			return i;
	return -1;
}

unsigned catalog_capability_count(void)
{
	return COUNT;
}
