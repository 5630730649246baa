/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/bpf.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "enforce/labels_part.h"
#include "enforce/program.h"

/* Newer than some headers, or in none that goes with the others. */
#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#ifndef IPV6_JOIN_ANYCAST
#define IPV6_JOIN_ANYCAST 27
#endif
#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75
#endif
enum { TABLES_FIRST = 64, TABLES_LAST = 66 };

/* BPF programs, protocols on top, another's address, groups: a level and its options from one to
 * another.
 */
static const struct {
	int level, first, last;
} refused[] = {
	{SOL_SOCKET, SO_ATTACH_FILTER, SO_ATTACH_FILTER},
	{SOL_SOCKET, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_EBPF},
	{SOL_SOCKET, SO_MARK, SO_MARK}, /* by which packet filters know packets */
	{IPPROTO_TCP, TCP_ULP, TCP_ULP},
	{IPPROTO_IP, IP_TRANSPARENT, IP_TRANSPARENT},
	{IPPROTO_IPV6, IPV6_TRANSPARENT, IPV6_TRANSPARENT},
	/* Groups: who is of one hears what is said to it, and no edge leads to one.  To leave one
	 * means nothing to who is of none. */
	{IPPROTO_IP, IP_ADD_MEMBERSHIP, IP_ADD_MEMBERSHIP},
	{IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP},
	{IPPROTO_IP, MCAST_JOIN_GROUP, MCAST_JOIN_GROUP},
	{IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, MCAST_JOIN_SOURCE_GROUP},
	{IPPROTO_IPV6, IPV6_JOIN_GROUP, IPV6_JOIN_GROUP},
	{IPPROTO_IPV6, IPV6_JOIN_ANYCAST, IPV6_JOIN_ANYCAST},
	{IPPROTO_IPV6, MCAST_JOIN_GROUP, MCAST_JOIN_GROUP},
	{IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, MCAST_JOIN_SOURCE_GROUP},
	/* The packet filter's, which are those of its older door. */
	{IPPROTO_IP, TABLES_FIRST, TABLES_LAST},
	{IPPROTO_IPV6, TABLES_FIRST, TABLES_LAST},
};

/* Registers: 2 the level, 3 the option. */
void enforce_label_socket_options(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook)
{
	(void)plan, (void)service, (void)hook;
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sockopt, level));
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_sockopt, optname));
	enforce_program_answer(program, 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		enforce_program_skip(program, BPF_JNE, BPF_REG_2, (uint32_t)refused[i].level, 3);
		enforce_program_skip(program, BPF_JLT, BPF_REG_3, (uint32_t)refused[i].first, 2);
		enforce_program_skip(program, BPF_JGT, BPF_REG_3, (uint32_t)refused[i].last, 1);
		enforce_program_end(program);
	}
	enforce_program_answer(program, 1);
	enforce_program_end(program);
}

bool enforce_label_socket_options_held(const struct plan_service *service, int hook)
{
	(void)hook;
	return enforce_makes_sockets(service, SOCK_STREAM) ||
	       enforce_makes_sockets(service, SOCK_DGRAM);
}
