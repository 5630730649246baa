/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Memory that lives and dies together: one arena per policy, host or plan.
 *
 * Nothing taken from an arena is freed alone.  Allocation never returns NULL:
 * the process ends with a message when memory is gone, as every size that
 * comes from input is capped before it gets here.
 */

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new, empty arena; the caller frees it with arena_free(). */
struct arena *arena_new(void);
void arena_free(struct arena *arena);
static inline void scoped_arena(struct arena **arena)
{
	arena_free(*arena);
}

/* @size zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* Copies, terminated by NUL. */
char *arena_text(struct arena *arena, const char *text);
char *arena_text_length(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments);

/*
 * Append one zeroed element of @size bytes to an array that lives in the arena.
 * @array is the address of the array's pointer, @count of its length.  Growth
 * copies, unless nothing else was taken from the arena since, so elements must
 * not be pointed at while the array still grows.
 *
 *     struct plan_mount *mount = arena_append(arena, &service->mounts,
 *                                             &service->mount_count, sizeof(*mount));
 */
void *arena_append(struct arena *arena, void *array, size_t *count, size_t size);
