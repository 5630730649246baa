/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * floor [-STEP]... LIST FILTER COMMAND...: launch COMMAND confined by all steps but those named,
 * and pass on its status.  LIST is of the form of bench/common.list, FILTER what bench/filter
 * writes.
 */

#include <stdio.h>
#include <sys/wait.h>

#include "floor.h"

int main(int argc, char **argv)
{
	static struct floor_work work;
	int first = 1, status;

	for (; first < argc && argv[first][0] == '-'; first++)
		if (!floor_leave_out(argv[first] + 1)) {
			fprintf(stderr, "floor: there is no step %s\n", argv[first] + 1);
			return 2;
		}
	if (argc < first + 3) {
		fprintf(stderr, "usage: floor [-STEP]... LIST FILTER COMMAND...\n");
		return 2;
	}
	floor_read(&work, argv[first], argv[first + 1]);
	int child = floor_launch(&work, &argv[first + 2], NULL);
	if (waitpid(child, &status, 0) != child)
		floor_fail("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
