/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/refused.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "gateway/resolver_refusals.h"
#include "plan/plan.h"

static const char file_name[] = "refused";

static size_t count_of(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->service_count; i++)
		count += plan_asks_names(plan, &plan->services[i]);
	return count;
}

void stack_refused_forget(int folder)
{
	unlinkat(folder, file_name, 0);
}

static int open_file(int folder)
{
	return openat(folder, file_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* One of another size is of another plan: a new one begins, and who still writes into the old one
 * may do so to its end. */
static int open_sized(int folder, size_t size)
{
	scoped(fd) int fd = open_file(folder);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if ((size_t)status.st_size == size)
		return take_fd(&fd);
	stack_refused_forget(folder);
	scoped(fd) int anew = open_file(folder);
	return anew < 0 || ftruncate(anew, (off_t)size) < 0 ? -errno : take_fd(&anew);
}

struct gateway_refusals *stack_refused_map(
	int folder, const struct plan *plan, size_t *size, struct fault *why)
{
	*size = count_of(plan) * sizeof(struct gateway_refusals);
	scoped(fd) int fd = open_sized(folder, *size);
	void *map =
		fd < 0 ? MAP_FAILED : mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map != MAP_FAILED)
		return map;
	fault(why, fd < 0 ? fd : -errno, plan->where,
		"cannot make the file of what the resolver refuses");
	return NULL;
}

/* A name ends where its labels end, or it is none. */
static bool is_whole(const struct gateway_dns_name *name)
{
	size_t at = 0;

	while (at < DNS_NAME && name->wire[at] > 0 && name->wire[at] < 64)
		at += (size_t)name->wire[at] + 1;
	return at < DNS_NAME && name->wire[at] == 0 && name->length == at + 1;
}

static void believe_nothing(struct gateway_refusals *refusals)
{
	for (int i = 0; i < REFUSALS; i++)
		if (!is_whole(&refusals->names[i].name))
			refusals->names[i] = (struct gateway_refusal){0};
}

struct gateway_refusals *stack_refused_read(int folder, const struct plan *plan, size_t *count)
{
	scoped(fd) int fd = openat(folder, file_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t size = count_of(plan) * sizeof(struct gateway_refusals);
	struct gateway_refusals *read_all = calloc(1, size + 1);
	char past;

	*count = size / sizeof(struct gateway_refusals);
	if (fd < 0 || !read_all || pread(fd, read_all, size, 0) != (ssize_t)size ||
		pread(fd, &past, 1, (off_t)size) != 0) {
		free(read_all);
		*count = 0;
		return NULL;
	}
	for (size_t i = 0; i < *count; i++)
		believe_nothing(&read_all[i]);
	return read_all;
}
