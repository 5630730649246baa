/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Users and groups, from wherever this machine keeps them (nsswitch.conf). */

struct arena;
struct host_group;
struct host_user;

void host_look_up_user(const char *name, struct host_user *user, struct arena *arena);
void host_look_up_group(const char *name, struct host_group *group, struct arena *arena);
