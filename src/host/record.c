/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/text.h"
#include "host/host.h"
#include "host/index.h"

enum { LARGEST_DESCRIPTION = 64 << 20 };

static const char *const states[] = {"no", "yes", "not-tried"};
static const char *const path_kinds[] = {"absent", "file", "folder", "socket", "device", "other"};

static const struct record_field feature_fields[] = {
	RECORD_ITEM(struct host_feature_state, RECORD_TEXT, name),
	RECORD_ITEM_ENUM(struct host_feature_state, state, states),
	RECORD_ITEM(struct host_feature_state, RECORD_TEXT, detail),
};
static const struct record_type feature_type =
	RECORD_TYPE(struct host_feature_state, feature_fields);

static const struct record_field user_fields[] = {
	RECORD_ITEM(struct host_user, RECORD_TEXT, name),
	RECORD_ITEM(struct host_user, RECORD_BOOL, found),
	RECORD_ITEM(struct host_user, RECORD_U32, uid),
	RECORD_ITEM(struct host_user, RECORD_U32, gid),
	RECORD_ITEM(struct host_user, RECORD_TEXT, group),
	RECORD_ITEM(struct host_user, RECORD_TEXT, home),
};
static const struct record_type user_type = RECORD_TYPE(struct host_user, user_fields);

static const struct record_field group_fields[] = {
	RECORD_ITEM(struct host_group, RECORD_TEXT, name),
	RECORD_ITEM(struct host_group, RECORD_BOOL, found),
	RECORD_ITEM(struct host_group, RECORD_U32, gid),
};
static const struct record_type group_type = RECORD_TYPE(struct host_group, group_fields);

static const struct record_field link_fields[] = {
	RECORD_ITEM(struct host_link, RECORD_TEXT, path),
	RECORD_ITEM(struct host_link, RECORD_TEXT, target),
};
static const struct record_type link_type = RECORD_TYPE(struct host_link, link_fields);

static const struct record_field path_fields[] = {
	RECORD_ITEM(struct host_path, RECORD_TEXT, path),
	RECORD_ITEM_ENUM(struct host_path, kind, path_kinds),
	RECORD_ITEM(struct host_path, RECORD_TEXT, resolved),
	RECORD_ITEM_LIST(struct host_path, links, link_count, &link_type),
	RECORD_ITEM(struct host_path, RECORD_U32, uid),
	RECORD_ITEM(struct host_path, RECORD_U32, gid),
	RECORD_ITEM(struct host_path, RECORD_U32, mode),
	RECORD_ITEM(struct host_path, RECORD_TEXT, error),
};
static const struct record_type path_type = RECORD_TYPE(struct host_path, path_fields);

static const struct record_field program_fields[] = {
	RECORD_ITEM(struct host_program, RECORD_TEXT, name),
	RECORD_ITEM(struct host_program, RECORD_BOOL, found),
	RECORD_ITEM(struct host_program, RECORD_TEXT, error),
	RECORD_ITEM(struct host_program, RECORD_TEXT, path),
	RECORD_ITEM(struct host_program, RECORD_TEXT, resolved),
	RECORD_ITEM_LIST(struct host_program, links, link_count, &link_type),
	RECORD_ITEM(struct host_program, RECORD_TEXT, interpreter),
	RECORD_ITEM(struct host_program, RECORD_TEXT, script),
	RECORD_ITEM(struct host_program, RECORD_TEXT, script_argument),
	RECORD_ITEM(struct host_program, RECORD_BOOL, set_id),
	RECORD_ITEM_ARRAY(struct host_program, RECORD_TEXTS, libraries, library_count),
	RECORD_ITEM_LIST(struct host_program, library_links, library_link_count, &link_type),
};
const struct record_type host_program_record = RECORD_TYPE(struct host_program, program_fields);

static const struct record_field id_fields[] = {
	RECORD_ITEM(struct host_id, RECORD_TEXT, name),
	RECORD_ITEM(struct host_id, RECORD_U32, id),
};
static const struct record_type id_type = RECORD_TYPE(struct host_id, id_fields);

static const struct record_field host_fields[] = {
	RECORD_ITEM(struct host, RECORD_U32, version),
	RECORD_ITEM(struct host, RECORD_TEXT, kernel),
	RECORD_ITEM(struct host, RECORD_TEXT, arch),
	RECORD_ITEM_LIST(struct host, features, feature_count, &feature_type),
	RECORD_ITEM(struct host, RECORD_U32, landlock_abi),
	RECORD_ITEM(struct host, RECORD_U32, last_capability),
	RECORD_ITEM(struct host, RECORD_TEXT, cgroup2),
	RECORD_ITEM_ARRAY(struct host, RECORD_TEXTS, proc_entries, proc_entry_count),
	RECORD_ITEM_ARRAY(struct host, RECORD_TEXTS, name_servers, name_server_count),
	RECORD_ITEM_LIST(struct host, users, user_count, &user_type),
	RECORD_ITEM_LIST(struct host, groups, group_count, &group_type),
	RECORD_ITEM_LIST(struct host, paths, path_count, &path_type),
	RECORD_ITEM_LIST(struct host, programs, program_count, &host_program_record),
	RECORD_ITEM(struct host, RECORD_U32, id_first),
	RECORD_ITEM(struct host, RECORD_U32, id_last),
	RECORD_ITEM_LIST(struct host, ids, id_count, &id_type),
};
const struct record_type host_record = RECORD_TYPE(struct host, host_fields);

/* The features are found by number: the list must be ours, in our order. */
static int check_features(const struct host *host, const char *file, struct fault *why)
{
	struct where where = {file, 0, 0};

	if (host->version != HOST_VERSION)
		return fault_of(why, FAULT_UNSUPPORTED, -EPROTO, where,
			"%s describes a host in version %u, this program reads version %d", file,
			host->version, HOST_VERSION);
	if (host->feature_count != HOST_FEATURE_COUNT)
		return fault_of(why, FAULT_USAGE, -EINVAL, where,
			"%s lists %zu features instead of %d", file, host->feature_count,
			HOST_FEATURE_COUNT);
	for (size_t i = 0; i < host->feature_count; i++)
		if (!text_equal(host->features[i].name, host_features[i].name))
			return fault_of(why, FAULT_USAGE, -EINVAL, where,
				"%s: features[%zu] is '%s' instead of '%s'", file, i,
				host->features[i].name ? host->features[i].name : "",
				host_features[i].name);
	return 0;
}

int host_read(const char *file, struct arena *arena, struct host **host, struct fault *why)
{
	struct where where = {file, 0, 0};
	const char *text;
	ssize_t length = descriptor_read(AT_FDCWD, file, LARGEST_DESCRIPTION, arena, &text);

	if (length < 0)
		return fault_of(why, FAULT_USAGE, (int)length, where, "cannot read %s", file);
	struct host *read = arena_alloc(arena, sizeof(*read));
	int error = record_read(&host_record, arena, file, text, (size_t)length, read, why);
	if (error == 0)
		error = check_features(read, file, why);
	if (error < 0)
		return error;
	host_index_new(read, arena);
	*host = read;
	return 0;
}
