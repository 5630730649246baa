/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/record.h"

#include "base/record.h"
#include "plan/service.h"

const char *const plan_transport_names[] = {"tcp", "udp", "unix"};

static const char *const actions[] = {"allow", "refuse"};
static const char *const node_kinds[] = {
	[PLAN_FOLDER] = "folder",
	[PLAN_LINK] = "link",
	[PLAN_FILE] = "file",
	[PLAN_BIND] = "bind",
	[PLAN_MEMORY] = "memory",
	[PLAN_PROC] = "proc",
	[PLAN_MASK] = "mask",
	[PLAN_SECRET] = "secret",
	[PLAN_SOCKETS] = "sockets",
	[PLAN_HOSTS] = "hosts",
	[PLAN_NOTIFY] = "notify",
	[PLAN_TREE] = "tree",
};

static const struct record_field extent_fields[] = {
	RECORD_ITEM(struct plan_extent, RECORD_U32, inside),
	RECORD_ITEM(struct plan_extent, RECORD_U32, outside),
	RECORD_ITEM(struct plan_extent, RECORD_U32, count),
	RECORD_ITEM(struct plan_extent, RECORD_WHERE, where),
};
static const struct record_type extent_type = RECORD_TYPE(struct plan_extent, extent_fields);

static const struct record_field identity_fields[] = {
	RECORD_ITEM(struct plan_identity, RECORD_U32, uid),
	RECORD_ITEM(struct plan_identity, RECORD_U32, gid),
	RECORD_ITEM(struct plan_identity, RECORD_TEXT, user),
	RECORD_ITEM(struct plan_identity, RECORD_TEXT, group_name),
	RECORD_ITEM(struct plan_identity, RECORD_TEXT, home),
	RECORD_ITEM_ARRAY(struct plan_identity, RECORD_U32S, groups, group_count),
	RECORD_ITEM(struct plan_identity, RECORD_U32, init_id),
	RECORD_ITEM_LIST(struct plan_identity, uids, uid_count, &extent_type),
	RECORD_ITEM_LIST(struct plan_identity, gids, gid_count, &extent_type),
	RECORD_ITEM(struct plan_identity, RECORD_BOOL, drops),
	RECORD_ITEM(struct plan_identity, RECORD_WHERE, where),
};
static const struct record_type identity_type = RECORD_TYPE(struct plan_identity, identity_fields);

static const struct record_field capability_fields[] = {
	RECORD_ITEM(struct plan_capability, RECORD_U32, number),
	RECORD_ITEM(struct plan_capability, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_capability, RECORD_WHERE, where),
};
static const struct record_type capability_type =
	RECORD_TYPE(struct plan_capability, capability_fields);

static const struct record_field condition_fields[] = {
	RECORD_ITEM(struct plan_condition, RECORD_U32, argument),
	RECORD_ITEM(struct plan_condition, RECORD_BOOL, wide),
	RECORD_ITEM(struct plan_condition, RECORD_BOOL, differs),
	RECORD_ITEM(struct plan_condition, RECORD_U64, mask),
	RECORD_ITEM(struct plan_condition, RECORD_U64, value),
};
static const struct record_type condition_type =
	RECORD_TYPE(struct plan_condition, condition_fields);

static const struct record_field call_fields[] = {
	RECORD_ITEM(struct plan_call, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_call, RECORD_U32, number),
	RECORD_ITEM_ENUM(struct plan_call, action, actions),
	RECORD_ITEM(struct plan_call, RECORD_U32, error),
	RECORD_ITEM_LIST(struct plan_call, conditions, condition_count, &condition_type),
	RECORD_ITEM(struct plan_call, RECORD_BOOL, launch_only),
	RECORD_ITEM(struct plan_call, RECORD_WHERE, where),
};
static const struct record_type call_type = RECORD_TYPE(struct plan_call, call_fields);

static const struct record_field ending_fields[] = {
	RECORD_ITEM(struct plan_ending, RECORD_TEXT, right),
	RECORD_ITEM(struct plan_ending, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_ending, RECORD_U32, number),
	RECORD_ITEM_LIST(struct plan_ending, conditions, condition_count, &condition_type),
	RECORD_ITEM(struct plan_ending, RECORD_WHERE, where),
};
static const struct record_type ending_type = RECORD_TYPE(struct plan_ending, ending_fields);

static const struct record_field node_fields[] = {
	RECORD_ITEM_ENUM(struct plan_node, kind, node_kinds),
	RECORD_ITEM(struct plan_node, RECORD_TEXT, target),
	RECORD_ITEM(struct plan_node, RECORD_TEXT, source),
	RECORD_ITEM(struct plan_node, RECORD_TEXT, content),
	RECORD_ITEM(struct plan_node, RECORD_BOOL, folder),
	RECORD_ITEM(struct plan_node, RECORD_BOOL, read_only),
	RECORD_ITEM(struct plan_node, RECORD_BOOL, executable),
	RECORD_ITEM(struct plan_node, RECORD_BOOL, device),
	RECORD_ITEM(struct plan_node, RECORD_BOOL, create),
	RECORD_ITEM(struct plan_node, RECORD_BOOL, as_root),
	RECORD_ITEM(struct plan_node, RECORD_U32, mode),
	RECORD_ITEM(struct plan_node, RECORD_U32, uid),
	RECORD_ITEM(struct plan_node, RECORD_U32, gid),
	RECORD_ITEM(struct plan_node, RECORD_U64, size),
	RECORD_ITEM(struct plan_node, RECORD_WHERE, where),
};
static const struct record_type node_type = RECORD_TYPE(struct plan_node, node_fields);

static const struct record_field beneath_fields[] = {
	RECORD_ITEM(struct plan_beneath, RECORD_TEXT, path),
	RECORD_ITEM(struct plan_beneath, RECORD_U64, access),
	RECORD_ITEM(struct plan_beneath, RECORD_WHERE, where),
};
static const struct record_type beneath_type = RECORD_TYPE(struct plan_beneath, beneath_fields);

static const struct record_field port_fields[] = {
	RECORD_ITEM(struct plan_port, RECORD_U32, port),
	RECORD_ITEM(struct plan_port, RECORD_U64, access),
	RECORD_ITEM(struct plan_port, RECORD_WHERE, where),
};
static const struct record_type port_type = RECORD_TYPE(struct plan_port, port_fields);

static const struct record_field landlock_fields[] = {
	RECORD_ITEM(struct plan_landlock, RECORD_BOOL, used),
	RECORD_ITEM(struct plan_landlock, RECORD_U32, abi),
	RECORD_ITEM(struct plan_landlock, RECORD_U64, handled_files),
	RECORD_ITEM(struct plan_landlock, RECORD_U64, handled_net),
	RECORD_ITEM(struct plan_landlock, RECORD_U64, scoped),
	RECORD_ITEM_LIST(struct plan_landlock, beneath, beneath_count, &beneath_type),
	RECORD_ITEM_LIST(struct plan_landlock, ports, port_count, &port_type),
};
static const struct record_type landlock_type = RECORD_TYPE(struct plan_landlock, landlock_fields);

static const struct record_field variable_fields[] = {
	RECORD_ITEM(struct plan_variable, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_variable, RECORD_TEXT, value),
	RECORD_ITEM(struct plan_variable, RECORD_WHERE, where),
};
static const struct record_type variable_type = RECORD_TYPE(struct plan_variable, variable_fields);

static const struct record_field secret_fields[] = {
	RECORD_ITEM(struct plan_secret, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_secret, RECORD_TEXT, source),
	RECORD_ITEM(struct plan_secret, RECORD_BOOL, as_environment),
	RECORD_ITEM(struct plan_secret, RECORD_WHERE, where),
};
static const struct record_type secret_type = RECORD_TYPE(struct plan_secret, secret_fields);

static const struct record_field program_fields[] = {
	RECORD_ITEM(struct plan_program, RECORD_TEXT, path),
	RECORD_ITEM(struct plan_program, RECORD_WHERE, where),
};
static const struct record_type program_type = RECORD_TYPE(struct plan_program, program_fields);

static const struct record_field rlimit_fields[] = {
	RECORD_ITEM(struct plan_rlimit, RECORD_U32, resource),
	RECORD_ITEM(struct plan_rlimit, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_rlimit, RECORD_U64, value),
	RECORD_ITEM(struct plan_rlimit, RECORD_U64, soft),
	RECORD_ITEM(struct plan_rlimit, RECORD_WHERE, where),
};
static const struct record_type rlimit_type = RECORD_TYPE(struct plan_rlimit, rlimit_fields);

static const struct record_field user_limit_fields[] = {
	RECORD_ITEM(struct plan_user_limit, RECORD_TEXT, file),
	RECORD_ITEM(struct plan_user_limit, RECORD_U64, value),
	RECORD_ITEM(struct plan_user_limit, RECORD_WHERE, where),
};
static const struct record_type user_limit_type =
	RECORD_TYPE(struct plan_user_limit, user_limit_fields);

static const struct record_field cgroup_limit_fields[] = {
	RECORD_ITEM(struct plan_cgroup_limit, RECORD_TEXT, file),
	RECORD_ITEM(struct plan_cgroup_limit, RECORD_TEXT, value),
	RECORD_ITEM(struct plan_cgroup_limit, RECORD_WHERE, where),
};
static const struct record_type cgroup_limit_type =
	RECORD_TYPE(struct plan_cgroup_limit, cgroup_limit_fields);

static const struct record_field listen_fields[] = {
	RECORD_ITEM_ENUM(struct plan_listen, transport, plan_transport_names),
	RECORD_ITEM(struct plan_listen, RECORD_U32, first),
	RECORD_ITEM(struct plan_listen, RECORD_U32, last),
	RECORD_ITEM(struct plan_listen, RECORD_TEXT, path),
	RECORD_ITEM(struct plan_listen, RECORD_U32, mode),
	RECORD_ITEM(struct plan_listen, RECORD_TEXT, at),
	RECORD_ITEM(struct plan_listen, RECORD_WHERE, where),
};
static const struct record_type listen_type = RECORD_TYPE(struct plan_listen, listen_fields);

static const struct record_field audit_fields[] = {
	RECORD_ITEM_ENUM(struct plan_audit, layer, catalog_layer_names),
	RECORD_ITEM(struct plan_audit, RECORD_WHERE, where),
};
static const struct record_type audit_type = RECORD_TYPE(struct plan_audit, audit_fields);

static const struct record_field accepted_fields[] = {
	RECORD_ITEM(struct plan_accepted, RECORD_TEXT, feature),
	RECORD_ITEM_ENUM(struct plan_accepted, layer, catalog_layer_names),
	RECORD_ITEM(struct plan_accepted, RECORD_WHERE, where),
};
static const struct record_type accepted_type = RECORD_TYPE(struct plan_accepted, accepted_fields);

static const struct record_field expected_fields[] = {
	RECORD_ITEM(struct plan_expected, RECORD_TEXT, call),
	RECORD_ITEM(struct plan_expected, RECORD_TEXT, path),
	RECORD_ITEM(struct plan_expected, RECORD_TEXT, why),
	RECORD_ITEM(struct plan_expected, RECORD_WHERE, where),
};
static const struct record_type expected_type = RECORD_TYPE(struct plan_expected, expected_fields);

static const struct record_field service_fields[] = {
	RECORD_ITEM(struct plan_service, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_service, RECORD_TEXT, role),
	RECORD_ITEM(struct plan_service, RECORD_TEXT, base),
	RECORD_ITEM(struct plan_service, RECORD_U32, instance),
	RECORD_ITEM_STRUCT(struct plan_service, life, &plan_life_record),
	RECORD_ITEM(struct plan_service, RECORD_WHERE, where),
	RECORD_ITEM(struct plan_service, RECORD_TEXT, program),
	RECORD_ITEM_ARRAY(struct plan_service, RECORD_TEXTS, arguments, argument_count),
	RECORD_ITEM(struct plan_service, RECORD_WHERE, command_where),
	RECORD_ITEM(struct plan_service, RECORD_TEXT, workdir),
	RECORD_ITEM(struct plan_service, RECORD_WHERE, workdir_where),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, forks),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, write_execute),
	RECORD_ITEM(struct plan_service, RECORD_WHERE, write_execute_where),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, mdwe),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, memfd_noexec),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, namespaces_held),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, ports_held),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, card_data),
	RECORD_ITEM(struct plan_service, RECORD_WHERE, card_data_where),
	RECORD_ITEM_STRUCT(struct plan_service, identity, &identity_type),
	RECORD_ITEM_LIST(struct plan_service, capabilities, capability_count, &capability_type),
	RECORD_ITEM_LIST(struct plan_service, calls, call_count, &call_type),
	RECORD_ITEM_LIST(struct plan_service, endings, ending_count, &ending_type),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, view_closes),
	RECORD_ITEM(struct plan_service, RECORD_WHERE, view_closes_where),
	RECORD_ITEM_LIST(struct plan_service, nodes, node_count, &node_type),
	RECORD_ITEM_STRUCT(struct plan_service, landlock, &landlock_type),
	RECORD_ITEM_LIST(struct plan_service, environment, environment_count, &variable_type),
	RECORD_ITEM_LIST(struct plan_service, secrets, secret_count, &secret_type),
	RECORD_ITEM_LIST(struct plan_service, programs, program_count, &program_type),
	RECORD_ITEM_LIST(struct plan_service, rlimits, rlimit_count, &rlimit_type),
	RECORD_ITEM_LIST(struct plan_service, user_limits, user_limit_count, &user_limit_type),
	RECORD_ITEM_LIST(
		struct plan_service, cgroup_limits, cgroup_limit_count, &cgroup_limit_type),
	RECORD_ITEM_LIST(struct plan_service, listens, listen_count, &listen_type),
	RECORD_ITEM_LIST(struct plan_service, audits, audit_count, &audit_type),
	RECORD_ITEM_LIST(struct plan_service, kept, kept_count, &call_type),
	RECORD_ITEM_LIST(struct plan_service, accepted, accepted_count, &accepted_type),
	RECORD_ITEM_LIST(struct plan_service, expected, expected_count, &expected_type),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, linked),
	RECORD_ITEM(struct plan_service, RECORD_BOOL, default_route),
	RECORD_ITEM(struct plan_service, RECORD_U32, link),
	RECORD_ITEM(struct plan_service, RECORD_TEXT, address4),
	RECORD_ITEM(struct plan_service, RECORD_TEXT, address6),
};
const struct record_type plan_service_record = RECORD_TYPE(struct plan_service, service_fields);
