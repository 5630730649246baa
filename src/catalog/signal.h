/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Signals by name, as kill(1) takes them. */

#include <stddef.h>

/* The number of "HUP", "SIGHUP", "hup", "1" or "RTMIN+3"; -1: there is no such signal. */
int catalog_signal(const char *text);

/* "HUP"; NULL for one without a name of its own. */
const char *catalog_signal_name(int number);

/* The one whose name is nearest to @text, or NULL. */
const char *catalog_signal_near(const char *text);
