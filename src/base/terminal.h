/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Text that others wrote, on a terminal that it must not steer: control
 * characters, bytes that are not UTF-8 and characters that turn the direction of
 * writing are shown as `?`, a tab as one space.
 */

#include <stddef.h>
#include <stdio.h>

/* Write @length bytes of @text. */
void terminal_put(FILE *out, const char *text, size_t length);

/* Write them as a JSON string, quotes and all: nothing is lost but bytes that are not UTF-8, which
 * become U+FFFD. */
void terminal_put_json(FILE *out, const char *text, size_t length);

/* How many columns terminal_put() fills with them: carets stand below what they mean. */
size_t terminal_columns(const char *text, size_t length);
