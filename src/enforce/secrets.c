/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/trusted.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

enum { MOST_SECRET = 1 << 20 };

static const char scratch[] = "bulkhead-scratch-secret";

static int read_file(struct arena *arena, int file, struct enforce_bytes *bytes)
{
	struct stat status;

	if (fstat(file, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > MOST_SECRET)
		return -EFBIG;
	bytes->data = arena_alloc(arena, (size_t)status.st_size + 1);
	while (bytes->length < (size_t)status.st_size) {
		ssize_t got = read(
			file, bytes->data + bytes->length, (size_t)status.st_size - bytes->length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		bytes->length += (size_t)got;
	}
	return 0;
}

int enforce_secret(struct enforce_launch *launch, const char *source, struct where where,
	struct enforce_bytes *bytes, struct fault *why)
{
	char again[40];

	if (launch->scratch_secrets) {
		bytes->data = arena_text(launch->arena, scratch);
		bytes->length = strlen(scratch);
		return 0;
	}
	scoped(fd) int path = trusted_open(source, where, why);
	if (path < 0)
		return path;
	/* The descriptor of the walk is O_PATH: read the same file through it. */
	snprintf(again, sizeof(again), "/proc/self/fd/%d", path);
	scoped(fd) int file = open(again, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int error = file < 0 ? -errno : read_file(launch->arena, file, bytes);
	if (error < 0)
		return fault(why, error, where, "cannot read the secret %s", source);
	return 0;
}

int enforce_read_secrets(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		int error = 0;

		if (node->kind == PLAN_SECRET)
			error = enforce_secret(
				launch, node->source, node->where, &launch->secrets[i], why);
		if (error < 0)
			return error;
	}
	return 0;
}

/* In the launcher and the init; the service's copy goes with its exec. */
void enforce_forget_secrets(struct enforce_launch *launch)
{
	for (size_t i = 0; i < launch->service->node_count; i++)
		if (launch->secrets[i].data)
			explicit_bzero(launch->secrets[i].data, launch->secrets[i].length);
	for (char **variable = launch->environment; variable && *variable; variable++)
		explicit_bzero(*variable, strlen(*variable));
}
