/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Parts of drill_echo(): whom a socket hears. */

#include <stdbool.h>

struct in6_addr;

/* From now on socket @fd hears what comes by the loopback, as all of the machine's own does, and by
 * the links of stacks: no machine of the network finds anybody there.  0 or -1 with errno. */
int drill_echo_hear_machine(int fd);

/* Be of the groups that attempts speak to, by every link that there is, and answer who has no
 * address but everybody's. */
void drill_echo_join(int fd);

/* Is @address that of many: a group's, or everybody's? */
bool drill_echo_many(const struct in6_addr *address);
