/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/verb.h"
#include "config.h"

/* Order is the order of --help. */
static const struct cli_verb *const verbs[] = {
	NULL,
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && verbs[i]; i++)
		if (strcmp(verbs[i]->name, argv[1]) == 0)
			return verbs[i]->run(argc - 1, argv + 1);
	fprintf(stderr, "usage: bulkhead VERB …\n");
	return 2;
}
