/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "enforce/labels_part.h"
#include "enforce/program.h"
#include "plan/plan.h"

/* Reading and writing of what is read letter by letter; making one is another access. */
static const uint32_t uses[] = {
	BPF_DEVCG_ACC_READ << 16 | BPF_DEVCG_DEV_CHAR,
	BPF_DEVCG_ACC_WRITE << 16 | BPF_DEVCG_DEV_CHAR,
	(BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE) << 16 | BPF_DEVCG_DEV_CHAR,
};
enum { USES = sizeof(uses) / sizeof(uses[0]) };

/* Registers: 2 what is to be done, 3 and 4 the device's two numbers. */
void enforce_label_devices(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, int hook)
{
	struct stat device;

	(void)plan, (void)hook;
	enforce_program_load_field(
		program, BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	enforce_program_load_field(program, BPF_REG_3, offsetof(struct bpf_cgroup_dev_ctx, major));
	enforce_program_load_field(program, BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (short i = 0; i < USES; i++)
		enforce_program_skip(program, BPF_JEQ, BPF_REG_2, uses[i], (short)(USES - i + 1));
	enforce_program_answer(program, 0);
	enforce_program_end(program);
	enforce_program_answer(program, 1);
	for (size_t i = 0; i < service->node_count; i++) {
		if (!service->nodes[i].device || stat(service->nodes[i].source, &device) < 0)
			continue;
		enforce_program_skip(program, BPF_JNE, BPF_REG_3, major(device.st_rdev), 2);
		enforce_program_skip(program, BPF_JNE, BPF_REG_4, minor(device.st_rdev), 1);
		enforce_program_end(program);
	}
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}
