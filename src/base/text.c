/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <string.h>

enum { LONGEST_WORD = 64 };

bool text_equal(const char *left, const char *right)
{
	if (!left || !right)
		return left == right;
	return strcmp(left, right) == 0;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_path_within(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	while (length > 0 && folder[length - 1] == '/')
		length--;
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

const char *text_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool text_number(const char *text, uint64_t most, uint64_t *number)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		uint64_t digit = (uint64_t)(*text - '0');
		if (digit > most || value > most / 10 || value * 10 > most - digit)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

static char small(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Optimal string alignment: insertions, deletions, changes and swaps of neighbours. */
static size_t distance(const char *left, size_t left_length, const char *right, size_t right_length)
{
	size_t rows[3][LONGEST_WORD + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= right_length; j++)
		last[j] = j;
	for (size_t i = 1; i <= left_length; i++) {
		row[0] = i;
		for (size_t j = 1; j <= right_length; j++) {
			size_t change = last[j - 1] + (small(left[i - 1]) != small(right[j - 1]));
			size_t gap = (last[j] < row[j - 1] ? last[j] : row[j - 1]) + 1;

			row[j] = change < gap ? change : gap;
			if (i > 1 && j > 1 && left[i - 1] == right[j - 2] &&
				left[i - 2] == right[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		size_t *spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[right_length];
}

enum { BEGINNING = 4 }; /* letters of a name that stand for all of it */

static bool begins(const char *word, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++)
		if (small(word[i]) != small(name[i]))
			return false;
	return length >= BEGINNING;
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
	size_t length = strlen(word), nearest = (length + 1) / 3 + 1;
	const char *found = NULL;

	if (length > LONGEST_WORD)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t name_length = strlen(names[i]);
		if (name_length > LONGEST_WORD)
			continue;
		size_t far = distance(word, length, names[i], name_length);
		if (far > 1 && begins(word, length, names[i]))
			far = 1;
		if (far < nearest && far < name_length) {
			nearest = far;
			found = names[i];
		}
	}
	return found;
}

int text_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}
