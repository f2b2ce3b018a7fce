// SPDX-License-Identifier: GPL-2.0-only
/* What all files that can be written have in common. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/net.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "parse.h"
#include "state.h"
#include "store.h"

/**
 * ftpmark_store_log - log why a write is refused
 * @ns: the namespace
 * @service: the service, or "" for a file of the namespace
 * @file: the file
 * @refusal: the reason; nothing is logged without one
 *
 * The limit keeps the root of another user namespace from flooding the log; the
 * machine's own operator gets a line for every refusal.
 */
void ftpmark_store_log(const struct ftpmark_state *ns, const char *service,
		       const char *file, const struct ftpmark_refusal *refusal)
{
	if (!refusal->text[0])
		return;
	if (ns->packets.net->user_ns != &init_user_ns && !net_ratelimit())
		return;
	pr_notice("%s%s%s: %s\n", service, *service ? ": " : "", file,
		  refusal->text);
}

/**
 * ftpmark_store_check - check who writes, and that it is one whole value
 * @ns: the namespace
 * @buf: the text
 * @count: its length
 * @refusal: the reason, when refused
 *
 * Return: 0, -EPERM, -E2BIG or -EINVAL.
 */
int ftpmark_store_check(const struct ftpmark_state *ns, const char *buf,
			size_t count, struct ftpmark_refusal *refusal)
{
	if (!ns_capable(ns->packets.net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	/* kernfs splits a longer write into pages, and each is one store. */
	if (count >= PAGE_SIZE)
		return ftpmark_refuse(refusal, -E2BIG, "value too long");
	if (strnlen(buf, count) != count)
		return ftpmark_refuse(refusal, -EINVAL, "NUL in the value");
	return 0;
}
