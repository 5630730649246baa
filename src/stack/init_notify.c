/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/init_notify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "plan/plan.h"

enum { NONE = -1, LONGEST = 4096 };

/* Everybody in the view may write to it; its name is in a folder that the service cannot change. */
static int open_at(const char *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	scoped(fd) int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (notify < 0)
		return -errno;
	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/" PLAN_NOTIFY_NAME, folder) >=
		(int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (bind(notify, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		chmod(address.sun_path, 0666) < 0)
		return -errno;
	return take_fd(&notify);
}

int stack_init_notify_open(const struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	/* Without the view its name would be one of the host's. */
	if (launch->enters || enforce_leaves_out(launch, LAYER_VIEW))
		return NONE;
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];

		if (node->kind != PLAN_NOTIFY)
			continue;
		int notify = open_at(node->target);
		return notify < 0 ? fault(why, notify, node->where,
					    "init: cannot make the socket of 'ready: notify'")
				  : notify;
	}
	return NONE;
}

bool stack_init_notify_take(int notify)
{
	static const char ready[] = "READY=1";
	char message[LONGEST + 1];
	ssize_t length = read(notify, message, LONGEST);

	if (length <= 0)
		return false;
	message[length] = '\0';
	for (const char *line = message; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		size_t width = strcspn(line, "\n");

		if (width == sizeof(ready) - 1 && memcmp(line, ready, width) == 0)
			return true;
	}
	return false;
}
