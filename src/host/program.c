/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/elf.h"
#include "host/host.h"
#include "host/library.h"
#include "host/link.h"
#include "host/witness.h"

enum { LONGEST_SCRIPT_LINE = 256 }; /* what the kernel reads (BINPRM_BUF_SIZE) */

static const char usual_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static bool executable(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111);
}

/* The first hit along @search_path, or NULL. */
static const char *search_program(const char *name, const char *search_path,
	struct host_witnesses *witnesses, struct arena *arena)
{
	char path[PATH_MAX];

	while (*search_path) {
		size_t length = strcspn(search_path, ":");
		if (length > 0 && search_path[0] == '/' &&
			snprintf(path, sizeof(path), "%.*s/%s", (int)length, search_path, name) <
				(int)sizeof(path)) {
			host_witness_add_folder(witnesses, path);
			if (executable(path))
				return arena_text(arena, path);
		}
		search_path += length + (search_path[length] == ':');
	}
	return NULL;
}

static const char *locate(const char *name, const char *search_path, struct host_program *program,
	struct host_witnesses *witnesses, struct arena *arena)
{
	struct stat status;

	if (!strchr(name, '/')) {
		const char *path = search_program(name, search_path, witnesses, arena);
		if (!path)
			program->error = arena_printf(arena, "it is not in PATH (%s)", search_path);
		return path;
	}
	if (name[0] != '/')
		program->error = "a program is a name or an absolute path";
	else if (stat(name, &status) < 0)
		program->error = arena_text(arena, strerror(errno));
	else if (!executable(name))
		program->error = "it is not an executable file";
	return program->error ? NULL : arena_text(arena, name);
}

/* The interpreter of `#!/usr/bin/env [-S] node …`: env itself would need a second exec. */
static int read_env(char *argument, const char *search_path, struct host_program *program,
	struct host_witnesses *witnesses, struct arena *arena)
{
	if (argument && text_starts(argument, "-S"))
		argument += 2 + strspn(argument + 2, " \t");
	size_t length = argument ? strcspn(argument, " \t") : 0;
	if (length == 0 || argument[0] == '-' || memchr(argument, '=', length)) {
		program->error = "its #!/usr/bin/env line names no program";
		return -ENOEXEC;
	}
	char *rest = argument + length + strspn(argument + length, " \t");
	argument[length] = '\0';
	program->script = strchr(argument, '/')
				  ? arena_text(arena, argument)
				  : search_program(argument, search_path, witnesses, arena);
	if (!program->script) {
		program->error = arena_printf(
			arena, "its interpreter '%s' is not in PATH (%s)", argument, search_path);
		return -ENOENT;
	}
	program->script_argument = *rest ? arena_text(arena, rest) : NULL;
	return 0;
}

/* 0 for a script, 1 for anything else. */
static int read_script(int fd, const char *search_path, struct host_program *program,
	struct host_witnesses *witnesses, struct arena *arena)
{
	char line[LONGEST_SCRIPT_LINE + 1];
	ssize_t length = pread(fd, line, LONGEST_SCRIPT_LINE, 0);

	if (length < 2 || line[0] != '#' || line[1] != '!')
		return 1;
	line[length] = '\0';
	size_t end = strcspn(line, "\n");
	while (end > 2 && (line[end - 1] == ' ' || line[end - 1] == '\t' || line[end - 1] == '\r'))
		end--;
	line[end] = '\0';
	char *interpreter = line + 2 + strspn(line + 2, " \t");
	char *argument = interpreter + strcspn(interpreter, " \t");
	if (*argument) {
		*argument++ = '\0';
		argument += strspn(argument, " \t");
	}
	argument = *argument ? argument : NULL;
	if (interpreter[0] != '/') {
		program->error = "its #! line names no absolute path";
		return -ENOEXEC;
	}
	if (text_equal(interpreter, "/usr/bin/env") || text_equal(interpreter, "/bin/env"))
		return read_env(argument, search_path, program, witnesses, arena);
	program->script = arena_text(arena, interpreter);
	program->script_argument = argument ? arena_text(arena, argument) : NULL;
	return 0;
}

static bool has_set_id(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)))
		return true;
	return fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

static int read_program(
	int fd, struct host_search *search, struct host_program *program, struct arena *arena)
{
	struct host_closure closure = {.search = search};
	struct host_elf elf;
	const char *why = NULL;
	int error = host_read_elf(fd, arena, &elf, &why);

	if (error == -ENOEXEC)
		why = "neither an ELF program nor a script with a #! line";
	if (error == 0)
		error = host_closure_add(&closure, program->resolved, &elf, &why);
	if (error < 0) {
		program->error = arena_printf(arena, "%s: %s", program->path, why);
		return error;
	}
	program->interpreter = elf.interpreter;
	host_closure_finish(&closure, NULL, program);
	return 0;
}

void host_look_at_program(const char *name, const char *search_path, struct host_search *search,
	struct host_program *program, struct arena *arena)
{
	struct host_links links = {.arena = arena};
	char resolved[PATH_MAX];

	program->name = arena_text(arena, name);
	if (!search_path)
		search_path = usual_path;
	struct host_witnesses *witnesses = host_search_witnesses(search);
	program->path = locate(name, search_path, program, witnesses, arena);
	if (name[0] == '/')
		host_witness_add(witnesses, name);
	if (!program->path)
		return;
	host_witness_add(witnesses, program->path);
	scoped(fd) int fd = open(program->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || !realpath(program->path, resolved) ||
		host_links_along(&links, program->path) < 0) {
		program->error =
			arena_printf(arena, "cannot read %s: %s", program->path, strerror(errno));
		return;
	}
	program->resolved = arena_text(arena, resolved);
	program->links = links.items;
	program->link_count = links.count;
	program->set_id = has_set_id(fd);
	int error = read_script(fd, search_path, program, witnesses, arena);
	if (error > 0)
		error = read_program(fd, search, program, arena);
	program->found = error == 0;
}
