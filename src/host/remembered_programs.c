/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/remembered_programs.h"

#include <inttypes.h>
#include <stdint.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/scoped.h"
#include "base/text.h"
#include "base/trusted.h"
#include "host/build.h"
#include "host/host.h"
#include "host/remembered.h"
#include "host/witness.h"

enum { LARGEST_MEMORY = 4 << 20, MOST_WITNESSES = 2048 };

struct memory {
	const char *build;     /* of the program that wrote it */
	const char *questions; /* with search paths, a line each */
	struct host_program *programs;
	size_t program_count;
	struct host_witness *witnesses;
	size_t witness_count;
};

static const struct record_field fields[] = {
	RECORD_ITEM(struct memory, RECORD_TEXT, build),
	RECORD_ITEM(struct memory, RECORD_TEXT, questions),
	RECORD_ITEM_LIST(struct memory, programs, program_count, &host_program_record),
	RECORD_ITEM_LIST(struct memory, witnesses, witness_count, &host_witness_record),
};
static const struct record_type type = RECORD_TYPE(struct memory, fields);

bool host_asks_program(const struct host_question *question)
{
	return question->kind == HOST_ASK_PROGRAM || question->kind == HOST_ASK_LOAD_FOLDER;
}

/* The questions as one text; NULL when none is about programs. */
static const char *write_questions(
	const struct host_question *questions, size_t count, struct arena *arena)
{
	const char *text = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct host_question *question = &questions[i];

		if (host_asks_program(question))
			text = arena_printf(arena, "%s%d %s %s\n", text ? text : "",
				(int)question->kind, question->name,
				question->search_path ? question->search_path : "");
	}
	return text;
}

static uint64_t hash(uint64_t so_far, const char *text)
{
	for (; *text; text++)
		so_far = (so_far ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return so_far;
}

/* By FNV-1a; the texts themselves are compared. */
static const char *file_of(const char *folder, const char *questions, struct arena *arena)
{
	const uint64_t of_build = hash(UINT64_C(14695981039346656037), host_build_id());

	return arena_printf(arena, "%s/programs-%016" PRIx64, folder, hash(of_build, questions));
}

static bool holds(const struct memory *memory, const char *questions)
{
	bool same = text_equal(memory->build, host_build_id()) &&
		    text_equal(memory->questions, questions);

	for (size_t i = 0; same && i < memory->witness_count; i++)
		same = host_witness_same(&memory->witnesses[i]);
	return same;
}

bool host_recall_programs(const char *folder, struct host *host,
	const struct host_question *questions, size_t count, struct arena *arena)
{
	const char *asked = write_questions(questions, count, arena), *text;
	struct memory memory;
	size_t length;

	if (!asked || !host_build_id() || geteuid() != 0 || host->program_count > 0)
		return false;
	const char *file = file_of(folder, asked, arena);
	if (trusted_read(file, LARGEST_MEMORY, arena, &text, &length, (struct where){0}, NULL) <
			0 ||
		record_read(&type, arena, file, text, length, &memory, NULL) < 0 ||
		!holds(&memory, asked))
		return false;
	for (size_t i = 0; i < memory.program_count; i++)
		*(struct host_program *)arena_append(arena, &host->programs, &host->program_count,
			sizeof(struct host_program)) = memory.programs[i];
	return true;
}

void host_remember_programs(const char *folder, const struct host *host,
	const struct host_question *questions, size_t count, const struct host_witnesses *witnesses,
	struct arena *arena)
{
	const struct memory memory = {
		.build = host_build_id(),
		.questions = write_questions(questions, count, arena),
		.programs = host->programs,
		.program_count = host->program_count,
		.witnesses = witnesses->items,
		.witness_count = witnesses->count,
	};

	if (!memory.questions || !memory.build || geteuid() != 0 ||
		witnesses->count > MOST_WITNESSES || !host_witnesses_at_rest(witnesses))
		return;
	scoped(memory) char *text = record_write(&type, &memory);
	host_memory_write(folder, file_of(folder, memory.questions, arena), text);
}
