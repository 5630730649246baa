/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What is small is cheap to make, what is large is not cleared byte by byte: the C library takes
 * it from the kernel. */
enum { FIRST_BLOCK = 8 * 1024, LARGEST_BLOCK = 8 * 1024 * 1024, ALIGNMENT = 16 };

/* The kernel's large pages: the first touch of a small one costs more than filling it. */
enum { HUGE_PAGE = 2 * 1024 * 1024 };

struct block {
	struct block *next;
	size_t used, size;
	size_t before, mapped; /* bytes before it, and of all, where it is a mapping of its own */
	_Alignas(ALIGNMENT) unsigned char data[];
};

struct arena {
	struct block *blocks; /* the newest first: only it has room */
	size_t next_size;
};

static void out_of_memory(void)
{
	fputs("bulkhead: out of memory\n", stderr);
	abort();
}

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		out_of_memory();
	arena->next_size = FIRST_BLOCK;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		if (block->mapped)
			munmap((unsigned char *)block - block->before, block->mapped);
		else
			free(block);
	}
	free(arena);
}

/* Zeroed, as all that is new from the kernel is. */
static struct block *map_block(size_t room)
{
	size_t all = sizeof(struct block) + room + HUGE_PAGE;
	void *place = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (place == MAP_FAILED)
		out_of_memory();
	size_t before = -(uintptr_t)place & (HUGE_PAGE - 1);
	struct block *block = (struct block *)(void *)((unsigned char *)place + before);
	madvise(block, all - before, MADV_HUGEPAGE);
	block->before = before;
	block->mapped = all;
	block->size = room;
	return block;
}

static struct block *new_block(size_t room)
{
	if (room >= HUGE_PAGE)
		return map_block(room);
	struct block *block = calloc(1, sizeof(*block) + room);

	if (!block)
		out_of_memory();
	block->size = room;
	return block;
}

static struct block *add_block(struct arena *arena, size_t size)
{
	const bool large = size > arena->next_size / 4;
	struct block *block = new_block(large ? size : arena->next_size);

	/* A large block is full at once: keep the one with room in front. */
	if (large && arena->blocks) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	if (!large && arena->next_size < LARGEST_BLOCK)
		arena->next_size *= 4;
	return block;
}

static size_t aligned(size_t size)
{
	if (size > SIZE_MAX / 2)
		out_of_memory();
	return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;

	size = aligned(size);
	if (!block || block->size - block->used < size)
		block = add_block(arena, size);
	void *memory = block->data + block->used;
	block->used += size;
	return memory;
}

char *arena_text_length(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
	return arena_text_length(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
	char short_text[128]; /* most are: they are formatted once */
	va_list again;

	va_copy(again, arguments);
	int length = vsnprintf(short_text, sizeof(short_text), format, again);
	va_end(again);
	if (length < 0)
		out_of_memory();
	if ((size_t)length < sizeof(short_text))
		return arena_text_length(arena, short_text, (size_t)length);
	char *text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}

/* @size bytes at @memory become @larger where they are: they are the newest, and there is room. */
static bool extend(struct arena *arena, const void *memory, size_t size, size_t larger)
{
	struct block *block = arena->blocks;
	size_t more = aligned(larger) - aligned(size);

	if ((const unsigned char *)memory + aligned(size) != block->data + block->used ||
		block->size - block->used < more)
		return false;
	block->used += more;
	return true;
}

void *arena_append(struct arena *arena, void *array, size_t *count, size_t size)
{
	void *items;

	memcpy(&items, array, sizeof(items));
	/* Full at every power of two: double. */
	size_t room = *count ? *count * 2 : 1;
	if ((*count & (*count - 1)) == 0 &&
		(*count == 0 || !extend(arena, items, *count * size, room * size))) {
		void *grown = arena_alloc(arena, room * size);

		if (*count)
			memcpy(grown, items, *count * size);
		items = grown;
		memcpy(array, &items, sizeof(items));
	}
	return (unsigned char *)items + (*count)++ * size;
}
