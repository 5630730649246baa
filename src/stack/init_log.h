/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A service's log: files log, log.1 … log.4 in one folder, each at most 10 MB.
 *
 * Used by the init, confined: no memory is taken, nothing is opened outside the
 * folder.  What cannot be written is dropped, so that a full disk never blocks
 * the service.
 */

#include <stddef.h>

struct stack_init_log {
	int folder; /* -1: everything is dropped */
	int file;
	size_t size;
};

void stack_init_log_open(struct stack_init_log *log, int folder);
void stack_init_log_write(struct stack_init_log *log, const char *data, size_t length);
