/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/special.h"

#include <assert.h>

/* The wider ones first. */
const struct catalog_special catalog_specials[] = {
	{"0.0.0.0/8", "this network: a program that connects there reaches its own machine", true},
	{"127.0.0.0/8", "the loopback", true},
	{"169.254.0.0/16", "the link alone", false},
	{"169.254.169.254", "the metadata service of a cloud, which gives away credentials", false},
	{"169.254.170.2", "the credentials of a container in a cloud", false},
	{"100.100.100.200", "the metadata service of a cloud", false},
	{"168.63.129.16", "the host's agent of a cloud", false},
	{"192.0.0.192", "the metadata service of a cloud, which gives away credentials", false},
	{"198.18.0.0/15", "the stacks of a machine", false},
	{"224.0.0.0/4", "multicast", true},
	{"240.0.0.0/4", "reserved, and broadcast", true},
	{"::/96", "no address, the loopback, and IPv4 in an old dress", true},
	{"::ffff:0:0/96", "IPv4 in IPv6's clothes", true},
	{"::ffff:0:0:0/96", "IPv4 behind a translator, whichever address it is", false},
	{"64:ff9b:1::/48", "IPv4 behind a translator, whichever address it is", false},
	{"2002::/16", "IPv4 by 6to4, whichever address it is", false},
	{"64:ff9b::/96", "IPv4 behind a translator, whichever address it is", false},
	{"fe80::/10", "the link alone", true},
	{"fd00:ec2::254", "the metadata service of a cloud, which gives away credentials", false},
	{"fd20:ce::254", "the metadata service of a cloud, which gives away credentials", false},
	{"ff00::/8", "multicast", true},
};
const size_t catalog_special_count = sizeof(catalog_specials) / sizeof(catalog_specials[0]);
static_assert(sizeof(catalog_specials) / sizeof(catalog_specials[0]) <= CATALOG_MOST_SPECIALS,
	"who lists them has room for all");
