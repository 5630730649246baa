/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attempts: typing and listening where people sit.
 *
 * What is asked of a terminal is asked of descriptor 0 first, where no terminal is: an answer of
 * its driver (ENOTTY) says that the filter let it through.  Then a terminal is made and asked, so
 * that two doors must be open.
 */
#include <sys/ioctl.h>

#include "drill/call.h"

enum { NO_CONTROL = O_NOCTTY | O_NONBLOCK };

/* Ask @request of a terminal of its own. */
static int ask_new(struct drill_context *context, unsigned long request, const void *argument)
{
	long fd = drill_call(
		context, SYS_openat, AT_FDCWD, "/dev/ptmx", O_RDWR | NO_CONTROL | O_CLOEXEC, 0);

	if (fd == -ENOENT)
		context->layer = LAYER_VIEW;
	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_ioctl, (int)fd, request, argument);
	/* Left open: whose controlling terminal goes is told to end.  The driver looked at it: it
	 * says no to a terminal that nobody sits at. */
	return result == -EPERM || result == -EACCES ? (int)result
						     : drill_reached(result, -(int)result);
}

static int ask(struct drill_context *context, unsigned long request, const void *argument)
{
	long result = drill_call(context, SYS_ioctl, 0, request, argument);

	return result == -ENOTTY ? ask_new(context, request, argument) : drill_done(result);
}

static int type_into_terminal(struct drill_context *context)
{
	return ask(context, TIOCSTI, "x");
}

static int paste_into_terminal(struct drill_context *context)
{
	return ask(context, TIOCLINUX, "\x06");
}

/* Line disciplines are drivers that anybody may load by asking for them: n_hdlc (CVE-2017-2636),
 * slip (CVE-2020-14416), 6pack (CVE-2021-42008), gsm (CVE-2023-6546).  It asks for the usual one.
 */
static int set_discipline(struct drill_context *context)
{
	static const int usual = 0;

	return ask(context, TIOCSETD, &usual);
}

/* Only the leader of a session may. */
static int steal_terminal(struct drill_context *context)
{
	syscall(SYS_setsid);
	return ask(context, TIOCSCTTY, NULL);
}

/* What the kernel prints. */
static int take_console(struct drill_context *context)
{
	return ask(context, TIOCCONS, NULL);
}

static int open_terminal(struct drill_context *context, const char *path)
{
	int error = drill_open(context, path, O_RDWR | NO_CONTROL);

	/* It was found; nobody sits there. */
	return error == -ENXIO || error == -EIO || error == -ENODEV ? 0 : error;
}

static int open_own_terminal(struct drill_context *context)
{
	return open_terminal(context, "/dev/tty");
}

/* By it containers were left (CVE-2025-52565). */
static int open_console(struct drill_context *context)
{
	return open_terminal(context, "/dev/console");
}

static int open_screen(struct drill_context *context)
{
	return open_terminal(context, "/dev/tty1");
}

static int open_terminals(struct drill_context *context)
{
	return open_terminal(context, "/dev/ptmx");
}

static int list_terminals(struct drill_context *context)
{
	return drill_open(context, "/dev/pts", O_RDONLY | O_DIRECTORY);
}

static int read_screen(struct drill_context *context)
{
	return drill_open(context, "/dev/vcs", O_RDONLY | O_NONBLOCK);
}

const struct drill_attempt drill_terminals[] = {
	{"type-into-terminal", "type into the terminal that started it", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, type_into_terminal},
	{"paste-into-terminal", "paste into a console", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, paste_into_terminal},
	{"set-discipline", "choose the driver of a terminal", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, set_discipline},
	{"steal-terminal", "take a controlling terminal", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, steal_terminal},
	{"take-console", "take what is printed on the console", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, take_console},
	{"open-own-terminal", "open the terminal that started it", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, open_own_terminal},
	{"open-console", "open the console", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		open_console},
	{"open-screen", "open the terminal of a screen", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, open_screen},
	{"open-terminals", "make a terminal", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW, false,
		open_terminals},
	{"list-terminals", "list the terminals of others", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, list_terminals},
	{"read-screen", "read what stands on a screen", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, read_screen},
};
DRILL_COUNT(terminals);
