/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "enforce/labels_part.h"
#include "enforce/program.h"
#include "enforce/refusals.h"
#include "plan/plan.h"

/* What the kernel chooses for a client: ip_local_port_range of a new network namespace. */
enum { FIRST_CHOSEN = 32768, LAST_CHOSEN = 60999 };

/* Register 2 holds the socket's type, 3 its port, 0 the answer "yes". */
static void allow(struct enforce_program *program, uint32_t type, uint32_t first, uint32_t last)
{
	enforce_program_skip(program, BPF_JNE, BPF_REG_2, type, 3);
	enforce_program_skip(program, BPF_JLT, BPF_REG_3, first, 2);
	enforce_program_skip(program, BPF_JGT, BPF_REG_3, last, 1);
	enforce_program_end(program);
}

/* It needs no Landlock, which knows TCP ports since 6.7, and no UDP ports. */
void enforce_label_ports(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook)
{
	static const uint32_t types[] = {[PLAN_TCP] = SOCK_STREAM, [PLAN_UDP] = SOCK_DGRAM};

	enforce_program_answer(program, 1);
	enforce_program_load_field(program, BPF_REG_2, offsetof(struct bpf_sock, type));
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_sock, src_port));
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport != PLAN_UNIX)
			allow(program, types[listen->transport], listen->first, listen->last);
	}
	/* Clients of datagrams often bind to port 0 first. */
	if (plan_sends_datagrams(plan, service))
		allow(program, SOCK_DGRAM, FIRST_CHOSEN, LAST_CHOSEN);
	enforce_refusal(program, hook,
		&(struct enforce_refusal_registers){.port = BPF_REG_3, .protocol = BPF_REG_2});
}
