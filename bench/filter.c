/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * filter <NAMES >FILTER: a seccomp filter as raw instructions that lets through the calls named and
 * answers EPERM to others.  Numbers are merged to ranges and found by a binary search, which is the
 * cheapest to install: the kernel runs a new filter once for each number there is.
 */

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalog/call.h"

enum { MOST_NUMBERS = 1024, MOST_INSTRUCTIONS = 2048 };

static bool allowed[MOST_NUMBERS];
static unsigned starts[MOST_NUMBERS]; /* of ranges that answer alike; the first is 0 */
static size_t start_count;
static struct sock_filter code[MOST_INSTRUCTIONS];
static size_t code_count;

static size_t emit(unsigned short what, unsigned value)
{
	code[code_count] = (struct sock_filter)BPF_STMT(what, value);
	return code_count++;
}

static void answer(unsigned number)
{
	emit(BPF_RET | BPF_K, allowed[number] ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM);
}

/* Which of the ranges @first to @last (without) a number is in. */
static void search(size_t first, size_t last)
{
	if (last - first == 1) {
		answer(starts[first]);
		return;
	}
	size_t middle = (first + last) / 2;
	size_t jump = emit(BPF_JMP | BPF_JGE | BPF_K, starts[middle]);

	search(first, middle);
	size_t distance = code_count - jump - 1;
	if (distance > UINT8_MAX) {
		fprintf(stderr, "filter: a jump is too long: the names make too many ranges\n");
		exit(1);
	}
	code[jump].jt = (unsigned char)distance;
	search(middle, last);
}

static void read_names(void)
{
	char name[64];

	while (scanf("%63s", name) == 1) {
		const struct catalog_call *call = catalog_call(name);
		int number = call ? call->number[catalog_native_arch()] : -1;

		if (number >= 0 && number < MOST_NUMBERS)
			allowed[number] = true;
	}
}

int main(void)
{
	read_names();
	for (unsigned number = 0; number < MOST_NUMBERS; number++)
		if (number == 0 || allowed[number] != allowed[number - 1])
			starts[start_count++] = number;
	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	size_t native = emit(BPF_JMP | BPF_JEQ | BPF_K, catalog_audit_arch(catalog_native_arch()));
	code[native].jt = 1;
	emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	search(0, start_count);
	return fwrite(code, sizeof(code[0]), code_count, stdout) == code_count ? 0 : 1;
}
