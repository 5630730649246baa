/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/present.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scoped.h"

/* States of /proc/net/tcp and udp. */
enum { LISTENS = 0x0a, UNCONNECTED = 0x07 };

static bool listed(const char *path, uint16_t port, unsigned state)
{
	scoped(file) FILE *table = fopen(path, "re");
	char line[512];

	while (table && fgets(line, sizeof(line), table)) {
		unsigned at, is;

		if (sscanf(line, "%*d: %*[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*4x %2x", &at, &is) == 2 &&
			at == port && is == state)
			return true;
	}
	return false;
}

bool drill_present(int network, uint16_t port, bool datagrams, bool six)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		bool there = setns(network, CLONE_NEWNET) == 0;
		unsigned state = datagrams ? UNCONNECTED : LISTENS;

		/* A socket of IPv6 may take IPv4 as well. */
		there = there && (listed(datagrams ? "/proc/self/net/udp6" : "/proc/self/net/tcp6",
					  port, state) ||
					 (!six && listed(datagrams ? "/proc/self/net/udp"
								   : "/proc/self/net/tcp",
							  port, state)));
		_exit(!there);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}
