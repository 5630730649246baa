/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The steps of a launch, by the file that holds them; their order and side
 * stand in enforce/steps.c.  Each does one thing to the kernel or says why it
 * cannot.
 */

struct enforce_launch;
struct fault;

/* cgroup_launch.c */
int enforce_make_cgroup(struct enforce_launch *launch, struct fault *why);

/* labels.c */
int enforce_hold_labels(struct enforce_launch *launch, struct fault *why);

/* namespaces.c */
int enforce_make_network(struct enforce_launch *launch, struct fault *why);
int enforce_own_cgroup_namespace(struct enforce_launch *launch, struct fault *why);
int enforce_limit_namespaces(struct enforce_launch *launch, struct fault *why);
int enforce_name_host(struct enforce_launch *launch, struct fault *why);

/* enter.c */
int enforce_open_entered_root(struct enforce_launch *launch, struct fault *why);
int enforce_enter_namespaces(struct enforce_launch *launch, struct fault *why);
int enforce_end_with_keeper(struct enforce_launch *launch, struct fault *why);

/* identity.c */
int enforce_write_maps(struct enforce_launch *launch, struct fault *why);
int enforce_become_init(struct enforce_launch *launch, struct fault *why);
int enforce_become_service(struct enforce_launch *launch, struct fault *why);

/* create.c */
int enforce_create_paths(struct enforce_launch *launch, struct fault *why);

/* sources.c */
int enforce_open_sources(struct enforce_launch *launch, struct fault *why);
int enforce_open_bring(struct enforce_launch *launch, struct fault *why);

/* secrets.c */
int enforce_read_secrets(struct enforce_launch *launch, struct fault *why);
void enforce_forget_secrets(struct enforce_launch *launch);

/* environment.c */
int enforce_build_environment(struct enforce_launch *launch, struct fault *why);

/* inherited.c */
int enforce_settle_scheduling(struct enforce_launch *launch, struct fault *why);
int enforce_begin_session(struct enforce_launch *launch, struct fault *why);
int enforce_reset_signals(struct enforce_launch *launch, struct fault *why);

/* standard.c */
int enforce_open_standard(struct enforce_launch *launch, struct fault *why);
int enforce_set_standard(struct enforce_launch *launch, struct fault *why);

/* view.c */
int enforce_make_root(struct enforce_launch *launch, struct fault *why);
int enforce_fill_root(struct enforce_launch *launch, struct fault *why);
int enforce_bring(struct enforce_launch *launch, struct fault *why);
int enforce_enter_root(struct enforce_launch *launch, struct fault *why);

/* landlock.c */
int enforce_make_ruleset(struct enforce_launch *launch, struct fault *why);
int enforce_enter_domain(struct enforce_launch *launch, struct fault *why);

/* resources.c */
int enforce_limit_user(struct enforce_launch *launch, struct fault *why);
int enforce_set_limits(struct enforce_launch *launch, struct fault *why);
int enforce_limit_cgroup(struct enforce_launch *launch, struct fault *why);

/* disks.c; needs the sources of the view */
int enforce_limit_disks(struct enforce_launch *launch, struct fault *why);

/* capabilities.c */
int enforce_keep_through_ids(struct enforce_launch *launch, struct fault *why);
int enforce_bound_last(struct enforce_launch *launch, struct fault *why);
int enforce_bound_capabilities(struct enforce_launch *launch, struct fault *why);
int enforce_cut_capabilities(struct enforce_launch *launch, struct fault *why);
int enforce_keep_capabilities(struct enforce_launch *launch, struct fault *why);
int enforce_no_new_privileges(struct enforce_launch *launch, struct fault *why);

/* exec.c */
int enforce_refuse_memfd_exec(struct enforce_launch *launch, struct fault *why);
int enforce_refuse_write_execute(struct enforce_launch *launch, struct fault *why);
int enforce_enter_workdir(struct enforce_launch *launch, struct fault *why);
int enforce_close_descriptors(struct enforce_launch *launch, struct fault *why);
int enforce_await_init(struct enforce_launch *launch, struct fault *why);
int enforce_execute(struct enforce_launch *launch, struct fault *why);

/* phase.c */
int enforce_begin_phase(struct enforce_launch *launch, struct fault *why);
