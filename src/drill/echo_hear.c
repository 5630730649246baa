/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "drill/echo_part.h"
#include "drill/surroundings.h"

/* The loopback has the same number in every network. */
enum { LOOPBACK = 1, MOST_LINKS = 32, INSTRUCTIONS = MOST_LINKS + 3 };

/* The beginning of the name of a link to a stack: plan/addresses.c. */
#define STACK_LINK "bh-"

static size_t list_links(unsigned links[MOST_LINKS])
{
	struct if_nameindex *names = if_nameindex();
	size_t count = 0;

	links[count++] = LOOPBACK;
	for (size_t i = 0; names && names[i].if_index && count < MOST_LINKS; i++)
		if (strncmp(names[i].if_name, STACK_LINK, strlen(STACK_LINK)) == 0)
			links[count++] = names[i].if_index;
	if (names)
		if_freenameindex(names);
	return count;
}

int drill_echo_hear_machine(int fd)
{
	struct sock_filter code[INSTRUCTIONS] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_IFINDEX))};
	unsigned links[MOST_LINKS];
	size_t count = list_links(links), length = 1;

	for (size_t i = 0; i < count; i++)
		code[length++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, links[i], (unsigned char)(count - i), 0);
	code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ~0U);
	const struct sock_fprog program = {(unsigned short)length, code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* A link that cannot have groups is none that anything could come by.  A socket of IPv6 does not
 * hear "all hosts" of IPv4 without being told. */
void drill_echo_join(int fd)
{
	static const char *const groups[] = {DRILL_GROUP4, DRILL_ALL_HOSTS};
	struct if_nameindex *names = if_nameindex();
	int yes = 1;

	for (size_t i = 0; names && names[i].if_index; i++) {
		struct ipv6_mreq six = {.ipv6mr_interface = names[i].if_index};

		inet_pton(AF_INET6, DRILL_GROUP6, &six.ipv6mr_multiaddr);
		setsockopt(fd, SOL_IPV6, IPV6_JOIN_GROUP, &six, sizeof(six));
		for (size_t j = 0; j < sizeof(groups) / sizeof(groups[0]); j++) {
			struct ip_mreqn four = {.imr_ifindex = (int)names[i].if_index};

			inet_pton(AF_INET, groups[j], &four.imr_multiaddr);
			setsockopt(fd, SOL_IP, IP_ADD_MEMBERSHIP, &four, sizeof(four));
		}
	}
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes));
	if (names)
		if_freenameindex(names);
}

bool drill_echo_many(const struct in6_addr *address)
{
	if (!IN6_IS_ADDR_V4MAPPED(address))
		return IN6_IS_ADDR_MULTICAST(address);
	return address->s6_addr[12] >= 224;
}
