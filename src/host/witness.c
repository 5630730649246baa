/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/witness.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/record.h"

#define SECOND UINT64_C(1000000000)

/* Some file systems count whole seconds, or two. */
#define COARSEST (3 * SECOND)

static const struct record_field fields[] = {
	RECORD_ITEM(struct host_witness, RECORD_TEXT, path),
	RECORD_ITEM(struct host_witness, RECORD_BOOL, there),
	RECORD_ITEM(struct host_witness, RECORD_U64, device),
	RECORD_ITEM(struct host_witness, RECORD_U64, inode),
	RECORD_ITEM(struct host_witness, RECORD_U64, size),
	RECORD_ITEM(struct host_witness, RECORD_U64, changed),
};
const struct record_type host_witness_record = RECORD_TYPE(struct host_witness, fields);

static struct host_witness look(const char *path)
{
	struct host_witness witness = {.path = path};
	struct stat status;

	if (stat(path, &status) < 0)
		return witness;
	witness.there = true;
	witness.device = status.st_dev;
	witness.inode = status.st_ino;
	witness.size = (uint64_t)status.st_size;
	witness.changed =
		(uint64_t)status.st_ctim.tv_sec * SECOND + (uint64_t)status.st_ctim.tv_nsec;
	return witness;
}

static void add(struct host_witnesses *witnesses, const char *path, size_t length)
{
	if (!witnesses->seen)
		witnesses->seen = map_new(witnesses->arena);
	if (map_find(witnesses->seen, path, length))
		return;
	const char *kept = arena_text_length(witnesses->arena, path, length);
	*map_slot(witnesses->seen, kept, length) = witnesses;
	struct host_witness *item =
		arena_append(witnesses->arena, &witnesses->items, &witnesses->count, sizeof(*item));
	*item = look(kept);
}

void host_witness_add(struct host_witnesses *witnesses, const char *path)
{
	add(witnesses, path, strlen(path));
}

void host_witness_add_folder(struct host_witnesses *witnesses, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		add(witnesses, path, slash == path ? 1 : (size_t)(slash - path));
}

bool host_witness_same(const struct host_witness *witness)
{
	const struct host_witness now = look(witness->path);

	return now.there == witness->there && now.device == witness->device &&
	       now.inode == witness->inode && now.size == witness->size &&
	       now.changed == witness->changed;
}

bool host_witnesses_at_rest(const struct host_witnesses *witnesses)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	const uint64_t now = (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
	for (size_t i = 0; i < witnesses->count; i++)
		if (witnesses->items[i].changed + COARSEST > now)
			return false;
	return true;
}
