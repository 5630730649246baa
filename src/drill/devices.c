/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: talking to hardware. */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "drill/call.h"

/* Make a device file and, where that works, read from it: nodev must hold even then. */
static int make_device(struct drill_context *context, unsigned mode, unsigned long device)
{
	char path[256];

	drill_path(path, context->first, "device");
	long made = drill_call(context, SYS_mknodat, AT_FDCWD, path, mode | 0600U, device);
	if (made < 0)
		return (int)made;
	int error = drill_open(context, path, O_RDONLY | O_NONBLOCK);
	drill_remove(path);
	return error;
}

static int make_memory_device(struct drill_context *context)
{
	return make_device(context, S_IFCHR, makedev(1, 5)); /* zero */
}

static int make_log_device(struct drill_context *context)
{
	return make_device(context, S_IFCHR, makedev(1, 11)); /* kmsg */
}

/* The disk need not exist: ENXIO comes from the driver table, so the device was reached. */
static int make_disk_device(struct drill_context *context)
{
	int error = make_device(context, S_IFBLK, makedev(8, 0));

	return error == -ENXIO || error == -ENODEV ? 0 : error;
}

static int open_loop_control(struct drill_context *context)
{
	return drill_open(context, "/dev/loop-control", O_RDWR);
}

static int open_tunnel(struct drill_context *context)
{
	return drill_open(context, "/dev/net/tun", O_RDWR);
}

static int open_fuse(struct drill_context *context)
{
	return drill_open(context, "/dev/fuse", O_RDWR);
}

static int open_machines(struct drill_context *context)
{
	return drill_open(context, "/dev/kvm", O_RDWR);
}

/* CVE-2018-7566, CVE-2020-27786: drivers that whoever sits here may open. */
static int open_sound(struct drill_context *context)
{
	return drill_open(context, "/dev/snd/seq", O_RDWR);
}

/* Memory of the machine, as it lies there. */
static int open_memory(struct drill_context *context)
{
	return drill_open(context, "/dev/mem", O_RDONLY);
}

static int open_mapper(struct drill_context *context)
{
	return drill_open(context, "/dev/mapper/control", O_RDWR);
}

/* The way to userfaultfd that no rule about its call sees. */
static int open_page_faults(struct drill_context *context)
{
	return drill_open(context, "/dev/userfaultfd", O_RDWR);
}

static int list_devices(struct drill_context *context)
{
	return drill_open(context, "/sys/class", O_RDONLY | O_DIRECTORY);
}

const struct drill_attempt drill_devices[] = {
	{"make-memory-device", "make a device file and read it", DRILL_FOLDER, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_memory_device},
	{"make-log-device", "make the device of the kernel's log", DRILL_FOLDER, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_log_device},
	{"make-disk-device", "make the device of a disk", DRILL_FOLDER, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_disk_device},
	{"open-loop-control", "open the control of loop devices", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_loop_control},
	{"open-tunnel", "open the tunnel device", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		open_tunnel},
	{"open-fuse", "open the device of user file systems", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, open_fuse},
	{"open-machines", "open the device of virtual machines", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_machines},
	{"open-sound", "open the sequencer of sounds", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		open_sound},
	{"open-memory", "open the memory of the machine", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, open_memory},
	{"open-mapper", "open the control of mapped disks", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, open_mapper},
	{"open-page-faults", "open the device that catches page faults", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_page_faults},
	{"list-devices", "list the devices of the machine", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, list_devices},
};
DRILL_COUNT(devices);
