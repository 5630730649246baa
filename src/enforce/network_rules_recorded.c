/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Sets that packets fill, so that nobody of ours has to run for what was refused to be known: by
 * whom and which port, how often, and since when not any more, which is how much of its time an
 * element has left.
 */

#include <stdio.h>

#include "enforce/network_rules_part.h"
#include "enforce/network_seen.h"

/* So many that a search for open ports does not take the memory of the host. */
enum { RECORDS = 512 };

static void write_record(FILE *out, const char *name, const char *type)
{
	fprintf(out,
		"\tset %s {\n\t\ttype %s . inet_proto . inet_service\n\t\tsize %d\n"
		"\t\tflags dynamic,timeout\n\t\ttimeout %ds\n\t}\n",
		name, type, RECORDS, NETWORK_SEEN_SECONDS);
}

/* Declared edges alone get in, so all of them have room; the kernel wants room for one. */
static void write_begun(FILE *out, const char *name, const char *type, size_t count)
{
	fprintf(out, "\tset %s {\n\t\ttype %s\n\t\tsize %zu\n\t\tflags dynamic\n\t}\n", name, type,
		count ? count : 1);
}

void enforce_rules_recorded(FILE *out, const size_t towards[2])
{
	write_begun(out, "begun4", enforce_rules_peer_type(false), towards[false]);
	write_begun(out, "begun6", enforce_rules_peer_type(true), towards[true]);
	write_record(out, "came4", "ipv4_addr");
	write_record(out, "came6", "ipv6_addr");
	write_record(out, "went4", "ipv4_addr");
	write_record(out, "went6", "ipv6_addr");
}

void enforce_rules_router_recorded(FILE *out)
{
	write_record(out, "refused4", "ifname . ipv4_addr");
	write_record(out, "refused6", "ifname . ipv6_addr");
}

void enforce_rules_host_recorded(FILE *out)
{
	write_record(out, "refused4", "ifname . ipv4_addr . ipv4_addr");
	write_record(out, "refused6", "ifname . ipv6_addr . ipv6_addr");
}
