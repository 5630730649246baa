/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Text as XML 1.0, in which no byte of it can mean anything else: what that has no
 * form for (control characters, bytes that are not UTF-8) becomes U+FFFD.
 */

#include <stdio.h>

/* Between two tags. */
void xml_text(FILE *out, const char *text);

/* ` name="text"` */
void xml_attribute(FILE *out, const char *name, const char *text);
