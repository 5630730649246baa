/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the files of the view share.  view_attach.c makes mounts and the places
 * they are put at, view_node.c places nodes by their kind, view.c is the root.
 */

#include <stddef.h>

struct enforce_launch;
struct fault;
struct plan_node;

/* The MOUNT_ATTR_* that a node's mount carries. */
unsigned enforce_mount_attributes(
	const struct enforce_launch *launch, const struct plan_node *node);

/*
 * A detached copy of the mount at @source with @attributes, set before anybody
 * can reach it.  Not recursive: what others mounted further down is not declared.
 * @idmap: a user namespace for an id-mapped mount, or -1.  A descriptor or -errno.
 */
int enforce_clone_mount(int source, unsigned attributes, int idmap);

/* Make the missing source of @node by the node of another service that says how; -ENOENT without
 * @why: none does. */
int enforce_create_for_other(
	struct enforce_launch *launch, const struct plan_node *node, struct fault *why);

/* Attach detached mount @tree at @target of the root, which is made (a folder or an empty file)
 * when missing.  0 or -errno. */
int enforce_attach(struct enforce_launch *launch, int tree, const char *target, int folder);

/* Make folder @target of the root and what is missing above it.  0 or -errno. */
int enforce_make_folder(struct enforce_launch *launch, const char *target, unsigned mode);

/* An empty file at @target of the root, to be written or mounted on; one that is there already is
 * as good.  0 or -errno. */
int enforce_make_file(struct enforce_launch *launch, const char *target);

/* A new detached mount of @type; @options are name, value, …, NULL.  A descriptor or -errno. */
int enforce_new_mount(const char *type, const char *const *options, unsigned attributes);

/* Put node @index into the root. */
int enforce_place(struct enforce_launch *launch, size_t index, struct fault *why);

/* Close what stands at the target of a PLAN_MASK node.  0 or -errno. */
int enforce_mask(struct enforce_launch *launch, const struct plan_node *node);

/* Audit mode: put the host's files into the root wherever it has none.  0 or -errno. */
int enforce_fill_with_host(struct enforce_launch *launch);
