/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <nftables/libnftables.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * libnftables, loaded by the first call of nft_ctx_new(): it brings four libraries
 * along, which cost more than the whole view of a service, and most launches have
 * no table to load.  Without it nft_ctx_new() fails with ELIBACC; nothing else is
 * called before it has succeeded.
 */

static const char library[] = "libnftables.so.1";

static __typeof__(nft_ctx_new) *ctx_new;
static __typeof__(nft_ctx_free) *ctx_free;
static __typeof__(nft_ctx_buffer_output) *buffer_output;
static __typeof__(nft_ctx_buffer_error) *buffer_error;
static __typeof__(nft_ctx_get_output_buffer) *get_output;
static __typeof__(nft_ctx_get_error_buffer) *get_error;
static __typeof__(nft_ctx_output_set_flags) *set_flags;
static __typeof__(nft_run_cmd_from_buffer) *run_text;

static const struct {
	const char *name;
	void *place;
} functions[] = {
	{"nft_ctx_new", &ctx_new},
	{"nft_ctx_free", &ctx_free},
	{"nft_ctx_buffer_output", &buffer_output},
	{"nft_ctx_buffer_error", &buffer_error},
	{"nft_ctx_get_output_buffer", &get_output},
	{"nft_ctx_get_error_buffer", &get_error},
	{"nft_ctx_output_set_flags", &set_flags},
	{"nft_run_cmd_from_buffer", &run_text},
};

/* It stays: what it has opened is needed until the end. */
static bool load(void)
{
	static bool ready;
	void *handle = ready ? NULL : dlopen(library, RTLD_NOW | RTLD_LOCAL);
	bool complete = handle != NULL;

	if (ready)
		return true;
	for (size_t i = 0; complete && i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *found = dlsym(handle, functions[i].name);

		memcpy(functions[i].place, &found, sizeof(found));
		complete = found != NULL;
	}
	ready = complete;
	errno = ELIBACC;
	return ready;
}

struct nft_ctx *nft_ctx_new(uint32_t flags)
{
	return load() ? ctx_new(flags) : NULL;
}

void nft_ctx_free(struct nft_ctx *nft)
{
	ctx_free(nft);
}

int nft_ctx_buffer_output(struct nft_ctx *nft)
{
	return buffer_output(nft);
}

int nft_ctx_buffer_error(struct nft_ctx *nft)
{
	return buffer_error(nft);
}

const char *nft_ctx_get_output_buffer(struct nft_ctx *nft)
{
	return get_output(nft);
}

const char *nft_ctx_get_error_buffer(struct nft_ctx *nft)
{
	return get_error(nft);
}

void nft_ctx_output_set_flags(struct nft_ctx *nft, unsigned int flags)
{
	set_flags(nft, flags);
}

int nft_run_cmd_from_buffer(struct nft_ctx *nft, const char *text)
{
	return run_text(nft, text);
}
