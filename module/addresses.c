// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of hosts and prefixes of both families: reading them from text, and
 * writing them in canonical form.
 */
#include <linux/err.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <net/ipv6.h>

#include "parse.h"

/*
 * in4_pton() accepts leading zeros, which other parsers read as octal. This
 * accepts only what the kernel itself would print.
 */
static bool ftpmark_ipv4(const char *text, size_t len, __be32 *addr)
{
	char canonical[sizeof("255.255.255.255")];

	return in4_pton(text, len, (u8 *)addr, -1, NULL) &&
	       snprintf(canonical, sizeof(canonical), "%pI4", addr) == len &&
	       !memcmp(canonical, text, len);
}

/*
 * in6_pton() accepts groups of five digits and more, and, through in4_pton(),
 * leading zeros in an IPv4 address at the end. RFC 4291, section 2.2, allows
 * neither.
 */
static bool ftpmark_ipv6(const char *text, size_t len, struct in6_addr *addr)
{
	const char *end;
	__be32 ip;

	if (!in6_pton(text, len, addr->s6_addr, -1, &end) || end != text + len)
		return false;

	while (len) {
		const char *colon = memchr(text, ':', len);
		size_t group = colon ? colon - text : len;

		if (memchr(text, '.', group)) {
			if (!ftpmark_ipv4(text, group, &ip))
				return false;
		} else if (group > 4) {
			return false;
		}
		group += colon ? 1 : 0;
		text += group;
		len -= group;
	}
	return true;
}

static int ftpmark_address(const char *text, size_t len,
			   struct ftpmark_prefix *prefix)
{
	if (memchr(text, ':', len)) {
		prefix->family = NFPROTO_IPV6;
		prefix->len = 128;
		return ftpmark_ipv6(text, len, &prefix->addr.in6) ? 0 : -EINVAL;
	}

	prefix->family = NFPROTO_IPV4;
	prefix->len = 32;
	return ftpmark_ipv4(text, len, &prefix->addr.ip) ? 0 : -EINVAL;
}

/* Says why an address can be no VIP or real server; NULL if it can. */
static const char *ftpmark_address_fault(const struct ftpmark_prefix *prefix)
{
	const struct in6_addr *in6 = &prefix->addr.in6;
	__be32 ip = prefix->addr.ip;

	if (prefix->family == NFPROTO_IPV4) {
		if (ipv4_is_zeronet(ip))
			return "is an unspecified address";
		if (ipv4_is_loopback(ip))
			return "is a loopback address";
		if (ipv4_is_multicast(ip))
			return "is a multicast address";
		if (ipv4_is_lbcast(ip))
			return "is the broadcast address";
		return NULL;
	}

	if (ipv6_addr_any(in6))
		return "is the unspecified address";
	if (ipv6_addr_loopback(in6))
		return "is the loopback address";
	if (ipv6_addr_is_multicast(in6))
		return "is a multicast address";
	if (ipv6_addr_v4mapped(in6))
		return "is an IPv4 address in IPv6 form";
	return NULL;
}

static int ftpmark_host_parse(const struct ftpmark_word *word,
			      struct ftpmark_prefix *host,
			      struct ftpmark_refusal *refusal)
{
	const char *fault;

	if (memchr(word->text, '/', word->len))
		return ftpmark_refuse_word(refusal, word,
					   "is a prefix, not a host address");
	if (ftpmark_address(word->text, word->len, host))
		return ftpmark_refuse_word(refusal, word,
					   "is not an IPv4 or IPv6 address");

	fault = ftpmark_address_fault(host);
	/* Routers do not forward what a client on the link would be sent. */
	if (!fault && host->family == NFPROTO_IPV6 &&
	    ipv6_addr_type(&host->addr.in6) & IPV6_ADDR_LINKLOCAL)
		fault = "is a link-local address";
	if (fault)
		return ftpmark_refuse_word(refusal, word, fault);
	return 0;
}

/* Clears the bits behind the prefix; returns whether any was set. */
static bool ftpmark_host_bits_clear(struct ftpmark_prefix *prefix)
{
	union nf_inet_addr before = prefix->addr;
	struct in6_addr masked;

	ipv6_addr_prefix(&masked, &prefix->addr.in6, prefix->len);
	prefix->addr.in6 = masked;
	return !nf_inet_addr_cmp(&before, &prefix->addr);
}

static int ftpmark_prefix_parse(const struct ftpmark_word *word,
				struct ftpmark_prefix *prefix,
				struct ftpmark_refusal *refusal)
{
	const char *slash = memchr(word->text, '/', word->len);
	size_t addr_len = slash ? slash - word->text : word->len;
	const char *fault;
	u32 len;

	if (ftpmark_address(word->text, addr_len, prefix))
		goto malformed;

	if (slash) {
		if (ftpmark_number(slash + 1, word->len - addr_len - 1, 10,
				   &len) || len > prefix->len)
			goto malformed;
		/* Active FTP needs a client outside all prefixes. */
		if (!len)
			return ftpmark_refuse_word(refusal, word,
						   "holds every address, so no client could be outside");
		prefix->len = len;
	}

	fault = ftpmark_address_fault(prefix);
	if (fault)
		return ftpmark_refuse_word(refusal, word, fault);
	if (ftpmark_host_bits_clear(prefix))
		return ftpmark_refuse_word(refusal, word,
					   "has bits set behind its length");
	return 0;

malformed:
	return ftpmark_refuse_word(refusal, word,
				   "is not an IPv4 or IPv6 address or prefix");
}

static bool ftpmark_prefix_listed(const struct ftpmark_prefixes *list,
				  const struct ftpmark_prefix *prefix)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		const struct ftpmark_prefix *other = &list->prefix[i];

		if (other->family == prefix->family &&
		    other->len == prefix->len &&
		    nf_inet_addr_cmp(&other->addr, &prefix->addr))
			return true;
	}
	return false;
}

static const struct ftpmark_prefixes *
ftpmark_prefixes_parse(const char *text, unsigned int max,
		       int (*parse)(const struct ftpmark_word *word,
				    struct ftpmark_prefix *prefix,
				    struct ftpmark_refusal *refusal),
		       struct ftpmark_refusal *refusal)
{
	unsigned int count = ftpmark_words_count(text);
	struct ftpmark_prefixes *list;
	struct ftpmark_word word;
	int err;

	if (count > max)
		return ERR_PTR(ftpmark_refuse(refusal, -E2BIG,
					      "%u addresses, at most %u",
					      count, max));

	list = kzalloc(struct_size(list, prefix, count), GFP_KERNEL_ACCOUNT);
	if (!list)
		return ERR_PTR(-ENOMEM);

	while (ftpmark_word_next(&text, &word)) {
		struct ftpmark_prefix prefix = {};

		err = parse(&word, &prefix, refusal);
		if (err) {
			kfree(list);
			return ERR_PTR(err);
		}
		if (ftpmark_prefix_listed(list, &prefix))
			continue;
		/* The count first: __counted_by bounds the array by it. */
		list->count++;
		list->prefix[list->count - 1] = prefix;
	}
	return list;
}

/**
 * ftpmark_parse_hosts - read host addresses of either family
 * @text: the value; may be empty
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: a list to be freed with kfree(), or an ERR_PTR: -EINVAL, -E2BIG,
 * -ENOMEM.
 */
const struct ftpmark_prefixes *
ftpmark_parse_hosts(const char *text, struct ftpmark_refusal *refusal)
{
	return ftpmark_prefixes_parse(text, FTPMARK_VIPS_MAX, ftpmark_host_parse,
				      refusal);
}

/**
 * ftpmark_parse_prefixes - read prefixes and hosts of either family
 * @text: the value; may be empty
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: a list to be freed with kfree(), or an ERR_PTR: -EINVAL, -E2BIG,
 * -ENOMEM.
 */
const struct ftpmark_prefixes *
ftpmark_parse_prefixes(const char *text, struct ftpmark_refusal *refusal)
{
	return ftpmark_prefixes_parse(text, FTPMARK_PREFIXES_MAX,
				      ftpmark_prefix_parse, refusal);
}

/**
 * ftpmark_print_prefixes - write a list of prefixes in canonical form
 * @list: the list; a host is written without its length
 * @page: a buffer of PAGE_SIZE bytes, aligned to it
 *
 * Return: number of characters written.
 */
ssize_t ftpmark_print_prefixes(const struct ftpmark_prefixes *list, char *page)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < list->count; i++) {
		const struct ftpmark_prefix *prefix = &list->prefix[i];
		bool ipv4 = prefix->family == NFPROTO_IPV4;

		if (i)
			len += sysfs_emit_at(page, len, " ");
		len += ipv4 ? sysfs_emit_at(page, len, "%pI4", &prefix->addr.ip) :
			      sysfs_emit_at(page, len, "%pI6c", &prefix->addr.in6);
		if (prefix->len != (ipv4 ? 32 : 128))
			len += sysfs_emit_at(page, len, "/%u", prefix->len);
	}
	return len + sysfs_emit_at(page, len, "\n");
}
