/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "catalog/call.h"
#include "enforce/labels_part.h"
#include "enforce/program.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

/* What its calls say; in audit mode they say nothing. */
bool enforce_makes_sockets(const struct plan_service *service, int type)
{
	static const int families[] = {AF_INET, AF_INET6};
	bool any = plan_audit(service, LAYER_SECCOMP) != NULL;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const uint64_t arguments[6] = {(uint64_t)families[i], (uint64_t)type};

		any = any ||
		      plan_expect(service, NULL, EPERM, catalog_audit_arch(catalog_native_arch()),
			      SYS_socket, arguments) == SECCOMP_RET_ALLOW;
	}
	return any;
}

/* Raw, SCTP, multipath TCP and others are none of them.  Registers: 3 its type, 4 its protocol. */
void enforce_label_sockets(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook)
{
	static const struct {
		int type, protocol;
	} usual[] = {{SOCK_STREAM, IPPROTO_TCP}, {SOCK_DGRAM, IPPROTO_UDP}};

	(void)plan, (void)hook;
	enforce_program_answer(program, 1);
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_sock, type));
	enforce_program_load_field(program, BPF_REG_4, offsetof(struct bpf_sock, protocol));
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (!enforce_makes_sockets(service, usual[i].type))
			continue;
		enforce_program_skip(program, BPF_JNE, BPF_REG_3, (uint32_t)usual[i].type, 2);
		enforce_program_skip(program, BPF_JNE, BPF_REG_4, (uint32_t)usual[i].protocol, 1);
		enforce_program_end(program);
	}
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}
