/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/signal.h"

#include <signal.h>
#include <stdint.h>
#include <strings.h>

#include "base/text.h"

static const char *const names[] = {
	[SIGHUP] = "HUP",
	[SIGINT] = "INT",
	[SIGQUIT] = "QUIT",
	[SIGILL] = "ILL",
	[SIGTRAP] = "TRAP",
	[SIGABRT] = "ABRT",
	[SIGBUS] = "BUS",
	[SIGFPE] = "FPE",
	[SIGKILL] = "KILL",
	[SIGUSR1] = "USR1",
	[SIGSEGV] = "SEGV",
	[SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE",
	[SIGALRM] = "ALRM",
	[SIGTERM] = "TERM",
	[SIGSTKFLT] = "STKFLT",
	[SIGCHLD] = "CHLD",
	[SIGCONT] = "CONT",
	[SIGSTOP] = "STOP",
	[SIGTSTP] = "TSTP",
	[SIGTTIN] = "TTIN",
	[SIGTTOU] = "TTOU",
	[SIGURG] = "URG",
	[SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ",
	[SIGVTALRM] = "VTALRM",
	[SIGPROF] = "PROF",
	[SIGWINCH] = "WINCH",
	[SIGIO] = "IO",
	[SIGPWR] = "PWR",
	[SIGSYS] = "SYS",
};

enum { NAME_COUNT = sizeof(names) / sizeof(names[0]), MOST = 64 };

static const char *without_prefix(const char *text)
{
	return strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
}

/* "RTMIN", "RTMIN+3", "RTMAX-1": the first two numbers are the C library's own. */
static int real_time(const char *text)
{
	const int first = strncasecmp(text, "RTMIN", 5) == 0, last = SIGRTMAX;
	uint64_t distance = 0;

	if (!first && strncasecmp(text, "RTMAX", 5) != 0)
		return -1;
	if (text[5] && (text[5] != (first ? '+' : '-') ||
			       !text_number(text + 6, (uint64_t)(last - SIGRTMIN), &distance)))
		return -1;
	return first ? SIGRTMIN + (int)distance : last - (int)distance;
}

int catalog_signal(const char *text)
{
	uint64_t number;

	if (text_number(text, MOST, &number))
		return number ? (int)number : -1;
	text = without_prefix(text);
	for (int i = 1; i < NAME_COUNT; i++)
		if (names[i] && strcasecmp(names[i], text) == 0)
			return i;
	return real_time(text);
}

const char *catalog_signal_name(int number)
{
	return number > 0 && number < NAME_COUNT ? names[number] : NULL;
}

const char *catalog_signal_near(const char *text)
{
	const char *known[NAME_COUNT];
	size_t count = 0;

	for (int i = 1; i < NAME_COUNT; i++)
		if (names[i])
			known[count++] = names[i];
	return text_nearest(without_prefix(text), known, count);
}
