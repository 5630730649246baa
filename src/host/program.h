/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Programs, scripts and folders of modules, each with all that it needs to start. */

struct arena;
struct host_program;
struct host_search;

/*
 * Look at the program @name: a path, or a name to be found in @search_path (NULL:
 * the usual folders).  For a script `script` names the interpreter, which is a
 * question of its own.
 */
void host_look_at_program(const char *name, const char *search_path, struct host_search *search,
	struct host_program *program, struct arena *arena);

/* Look at every library below the folder @name: PHP extensions, native modules of Node, … */
void host_look_at_load_folder(const char *name, struct host_search *search,
	struct host_program *program, struct arena *arena);
