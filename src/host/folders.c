/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/folders.h"

#include <ctype.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "host/witness.h"

#if defined(__x86_64__)
#define TRIPLET "x86_64-linux-gnu"
#else
#define TRIPLET "aarch64-linux-gnu"
#endif

enum { LARGEST_CONF = 1 << 16, DEEPEST_INCLUDE = 4, MOST_FOLDERS = 128 };

static const char *const built_in[] = {
	"/lib/" TRIPLET, "/usr/lib/" TRIPLET, "/lib64", "/usr/lib64", "/lib", "/usr/lib"};

struct folders {
	struct arena *arena;
	struct host_witnesses *witnesses;
	const char **names;
	const char **resolved;
	size_t count, resolved_count;
};

static void add(struct folders *folders, const char *name)
{
	char resolved[PATH_MAX];

	if (name[0] != '/' || folders->count >= MOST_FOLDERS)
		return;
	if (!realpath(name, resolved)) {
		host_witness_add(folders->witnesses, name);
		return;
	}
	for (size_t i = 0; i < folders->count; i++)
		if (text_equal(folders->resolved[i], resolved))
			return;
	*(const char **)arena_append(folders->arena, &folders->names, &folders->count,
		sizeof(char *)) = arena_text(folders->arena, name);
	*(const char **)arena_append(folders->arena, &folders->resolved, &folders->resolved_count,
		sizeof(char *)) = arena_text(folders->arena, resolved);
}

static void read_conf(struct folders *folders, const char *file, unsigned depth);

static void include(struct folders *folders, const char *pattern, unsigned depth)
{
	char absolute[PATH_MAX];
	glob_t found;

	snprintf(absolute, sizeof(absolute), "%s%s", pattern[0] == '/' ? "" : "/etc/", pattern);
	host_witness_add_folder(folders->witnesses, absolute);
	if (depth >= DEEPEST_INCLUDE || glob(absolute, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_conf(folders, found.gl_pathv[i], depth + 1);
	globfree(&found);
}

static void read_line(struct folders *folders, char *line, unsigned depth)
{
	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t\r");
	for (size_t end = strlen(line); end > 0 && isspace((unsigned char)line[end - 1]);)
		line[--end] = '\0';
	if (text_starts(line, "include") && isspace((unsigned char)line[7]))
		include(folders, line + 8 + strspn(line + 8, " \t"), depth);
	else
		add(folders, line);
}

static void read_conf(struct folders *folders, const char *file, unsigned depth)
{
	const char *text;

	host_witness_add(folders->witnesses, file);
	if (descriptor_read(AT_FDCWD, file, LARGEST_CONF, folders->arena, &text) < 0)
		return;
	char *copy = arena_text(folders->arena, text), *rest = NULL;
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		read_line(folders, line, depth);
}

const char **host_library_folders(struct host_witnesses *witnesses, size_t *count)
{
	struct folders folders = {.arena = witnesses->arena, .witnesses = witnesses};

	read_conf(&folders, "/etc/ld.so.conf", 0);
	for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
		add(&folders, built_in[i]);
	*count = folders.count;
	return folders.names;
}

/* The variables that a DT_RUNPATH may use. */
static const char *value_of(const char *name, size_t length, const char *origin)
{
	if (length == 6 && memcmp(name, "ORIGIN", 6) == 0)
		return origin;
	if (length == 3 && memcmp(name, "LIB", 3) == 0)
		return "lib/" TRIPLET;
	return NULL;
}

bool host_expand_folder(const char *part, size_t length, const char *of, char *folder, size_t size)
{
	char origin[PATH_MAX];
	size_t used = 0;

	if (snprintf(origin, sizeof(origin), "%s", of) >= (int)sizeof(origin) ||
		!strrchr(origin, '/'))
		return false;
	*strrchr(origin, '/') = '\0';
	for (size_t i = 0; i < length;) {
		const char *add = &part[i];
		size_t more = 1;
		if (part[i++] == '$') {
			bool braces = i < length && part[i] == '{';
			size_t start = i + braces, end = start;
			while (end < length && isalpha((unsigned char)part[end]))
				end++;
			add = value_of(part + start, end - start, origin);
			if (!add || (braces && (end >= length || part[end] != '}')))
				return false;
			more = strlen(add);
			i = end + braces;
		}
		if (used + more >= size)
			return false;
		memcpy(folder + used, add, more);
		used += more;
	}
	folder[used] = '\0';
	return folder[0] == '/';
}
