/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/scoped.h"
#include "host/try.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif
#ifndef MFD_EXEC
#define MFD_NOEXEC_SEAL 0x8U
#define MFD_EXEC 0x10U
#endif

enum { UNUSUAL_ERROR = 71 }; /* that no getppid() gives by itself */

enum host_state host_try_pidfd(struct host_try *try)
{
	siginfo_t info = {0};
	int cloned = -1;
	pid_t child = host_clone(0, &cloned, -1);

	if (child < 0)
		return host_refused(try, child, "clone3 with CLONE_PIDFD");
	if (child == 0)
		_exit(7);
	scoped(fd) int pidfd = cloned;
	scoped(fd) int opened = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int error = opened < 0 ? errno : 0;
	if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0) {
		error = errno;
		waitpid(child, NULL, 0);
	}
	if (error)
		return host_refused(try, error, "pidfd_open and waitid by pidfd");
	return info.si_status == 7 ? HOST_YES : HOST_NO;
}

static enum host_state filter_one_call(struct host_try *try)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | UNUSUAL_ERROR),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
	unsigned kill_process = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kill_process) < 0)
		return host_refused(try, errno, "seccomp without KILL_PROCESS");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return host_refused(try, errno, "no_new_privs");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return host_refused(try, errno, "seccomp");
	if (syscall(SYS_getppid) != -1 || errno != UNUSUAL_ERROR)
		return host_found(try, HOST_NO, "a filter was taken and does not filter");
	return HOST_YES;
}

enum host_state host_try_seccomp(struct host_try *try)
{
	return host_in_child(try, 0, filter_one_call);
}

/* A call of a child waits for the answer, and goes on by it. */
static enum host_state answer_one_call(struct host_try *try)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
	struct seccomp_notif call = {0};
	struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	int status = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return host_refused(try, errno, "no_new_privs");
	pid_t self = getpid();
	scoped(fd) int listener = (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (listener < 0)
		return host_refused(try, errno, "seccomp with a listener");
	pid_t child = fork();
	if (child == 0)
		_exit(syscall(SYS_getppid) != self);
	bool answered = child > 0 && ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0;
	answer.id = call.id;
	answered = answered && ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
	int error = errno;
	/* What nobody answers is refused. */
	close(take_fd(&listener));
	if (child > 0)
		waitpid(child, &status, 0);
	if (!answered)
		return host_refused(try, error, "an answer to a call that waits");
	return status == 0 ? HOST_YES : host_found(try, HOST_NO, "an answered call does not go on");
}

enum host_state host_try_seccomp_notify(struct host_try *try)
{
	return host_in_child(try, 0, answer_one_call);
}

static enum host_state write_and_execute(struct host_try *try)
{
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0)
		return host_refused(try, errno, "prctl(PR_SET_MDWE)");
	void *memory = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		return host_found(try, HOST_NO, "writable code can still be mapped");
	return HOST_YES;
}

enum host_state host_try_mdwe(struct host_try *try)
{
	return host_in_child(try, 0, write_and_execute);
}

/* As pid 1 of a process namespace, still with root's id outside: the file is root's. */
static enum host_state forbid_memory_programs(struct host_try *try)
{
	int error = descriptor_put(AT_FDCWD, "/proc/sys/vm/memfd_noexec", "2");

	if (error < 0)
		return host_refused(try, error, "cannot write /proc/sys/vm/memfd_noexec");
	scoped(fd) int executable = (int)syscall(SYS_memfd_create, "try", MFD_CLOEXEC | MFD_EXEC);
	if (executable >= 0)
		return host_found(try, HOST_NO, "an executable memory file can still be made");
	scoped(fd) int plain = (int)syscall(SYS_memfd_create, "try", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	return plain >= 0 ? HOST_YES : host_refused(try, errno, "memfd_create");
}

enum host_state host_try_memfd_noexec(struct host_try *try)
{
	if (!try->root)
		return host_found(try, HOST_NOT_TRIED, "needs root to try");
	return host_in_child(try, CLONE_NEWUSER | CLONE_NEWPID, forbid_memory_programs);
}
