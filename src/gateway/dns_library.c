/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/nameser.h>
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/fault.h"
#include "gateway/dns.h"

/*
 * libresolv, loaded by who answers names: every launch would pay for it, and nobody else
 * needs it.  What there is an archive of it asks for private symbols of one libc alone.
 * Names are the libc's own part (since glibc 2.34), messages this one's.
 */

static const char library[] = "libresolv.so.2";

static __typeof__(ns_initparse) *initparse;
static __typeof__(ns_parserr) *parserr;

int gateway_dns_load(struct fault *why)
{
	void *handle = parserr ? NULL : dlopen(library, RTLD_NOW | RTLD_LOCAL), *found;

	if (parserr)
		return 0;
	if (handle && (found = dlsym(handle, "ns_initparse")))
		memcpy(&initparse, &found, sizeof(found));
	if (initparse && (found = dlsym(handle, "ns_parserr")))
		memcpy(&parserr, &found, sizeof(found));
	return parserr ? 0
		       : fault(why, -ELIBACC, (struct where){0},
				 "cannot load %s, which reads messages of DNS", library);
}

int ns_initparse(const unsigned char *message, int length, ns_msg *parsed)
{
	return initparse(message, length, parsed);
}

int ns_parserr(ns_msg *parsed, ns_sect section, int index, ns_rr *record)
{
	return parserr(parsed, section, index, record);
}
