// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Steady" services: each is changed by one thread only, which records each state
 * before the write that makes it, and after the write that it is in force. So it
 * is known at any time which states a packet may meet.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "race_shared.h"
#include "race_steady.h"

/* How many states are kept; a power of two. */
#define FTPMARK_STATES 65536

/* What a steady service does to packets. */
struct ftpmark_phase {
	__u32 mark;
	bool enabled;
	bool second_vip;
	__u16 control;
	__u16 passive_first;
	__u16 passive_last;
};

struct ftpmark_steady {
	unsigned int number;
	__u32 seed;
	bool transacts;
	atomic_uint begun;
	atomic_uint there;
	struct ftpmark_phase state[FTPMARK_STATES];
};

static struct ftpmark_steady ftpmark_steadies[FTPMARK_STEADY_MAX];
static const char *ftpmark_unload, *ftpmark_load;
static atomic_ulong ftpmark_reloads;

typedef int ftpmark_write_t(const char *path, const char *value);

/* Others may have a transaction open: then tries again until it is closed. */
static void ftpmark_write_with(ftpmark_write_t *write, const char *path,
			       const char *value)
{
	int err;

	while ((err = write(path, value)) == -EBUSY)
		usleep(2000);
	if (err) {
		printf("failed: %s <- %s: %s\n", path, value, strerror(-err));
		exit(2);
	}
}

static void ftpmark_write_or_die(const char *path, const char *value)
{
	ftpmark_write_with(ftpmark_race_write, path, value);
}

static void ftpmark_steady_write(const struct ftpmark_steady *steady,
				 const char *file, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), "services/steady%u/%s", steady->number,
		 file);
	ftpmark_write_with(steady->transacts ? ftpmark_race_write_in :
					       ftpmark_race_write,
			   path, value);
}

/* One VIP of each family, or two. */
static void ftpmark_steady_vips(const struct ftpmark_steady *steady,
				const struct ftpmark_phase *state,
				char *value, size_t size)
{
	unsigned int first = steady->number * 2;
	int len;

	len = snprintf(value, size, "198.51.100.%u 2001:db8:57::198.51.100.%u",
		       first, first);
	if (state->second_vip)
		snprintf(value + len, size - len,
			 " 2001:db8:57::198.51.100.%u 198.51.100.%u",
			 first + 1, first + 1);
}

static void ftpmark_steady_print(const struct ftpmark_steady *steady,
				 const char *file,
				 const struct ftpmark_phase *state)
{
	char value[128];

	if (!strcmp(file, "mark"))
		snprintf(value, sizeof(value), "%u", state->mark);
	else if (!strcmp(file, "control_ports"))
		snprintf(value, sizeof(value), "%u", state->control);
	else if (!strcmp(file, "passive_ports"))
		snprintf(value, sizeof(value), "%u-%u", state->passive_first,
			 state->passive_last);
	else if (!strcmp(file, "enabled"))
		snprintf(value, sizeof(value), "%u", state->enabled);
	else
		ftpmark_steady_vips(steady, state, value, sizeof(value));
	ftpmark_steady_write(steady, file, value);
}

static struct ftpmark_phase *ftpmark_phase_begin(struct ftpmark_steady *steady)
{
	unsigned int there = atomic_load(&steady->there);
	struct ftpmark_phase *next =
		&steady->state[(there + 1) % FTPMARK_STATES];

	*next = steady->state[there % FTPMARK_STATES];
	return next;
}

static void ftpmark_phase_begun(struct ftpmark_steady *steady)
{
	atomic_fetch_add(&steady->begun, 1);
}

static void ftpmark_phase_there(struct ftpmark_steady *steady)
{
	atomic_fetch_add(&steady->there, 1);
}

/* Creates the service with the settings of its last state. */
static void ftpmark_steady_restore(const struct ftpmark_steady *steady,
				   const struct ftpmark_phase *state)
{
	char name[16];

	snprintf(name, sizeof(name), "steady%u", steady->number);
	ftpmark_write_with(steady->transacts ? ftpmark_race_write_in :
					       ftpmark_race_write,
			   "add", name);
	ftpmark_steady_print(steady, "vip", state);
	ftpmark_steady_print(steady, "mark", state);
	ftpmark_steady_print(steady, "control_ports", state);
	ftpmark_steady_print(steady, "passive_ports", state);
	ftpmark_steady_write(steady, "real_servers",
			     "10.0.0.0/24 2001:db8:57::10.0.0.0/120");
}

/* Removes the service, or the whole module, and brings it back. */
static void ftpmark_steady_renew(struct ftpmark_steady *steady, bool reload)
{
	struct ftpmark_phase *state = ftpmark_phase_begin(steady);
	char name[16];

	state->enabled = false;
	ftpmark_phase_begun(steady);
	snprintf(name, sizeof(name), "steady%u", steady->number);
	if (!reload) {
		ftpmark_write_or_die("remove", name);
	} else {
		if (system(ftpmark_unload))
			ftpmark_race_die(ftpmark_unload);
		atomic_fetch_add(&ftpmark_reloads, 1);
	}
	ftpmark_phase_there(steady);
	if (reload && system(ftpmark_load))
		ftpmark_race_die(ftpmark_load);
	ftpmark_steady_restore(steady, state);

	state = ftpmark_phase_begin(steady);
	state->enabled = true;
	ftpmark_phase_begun(steady);
	ftpmark_steady_print(steady, "enabled", state);
	ftpmark_phase_there(steady);
}

static void ftpmark_steady_change(struct ftpmark_steady *steady,
				  const char *file)
{
	struct ftpmark_phase *state = ftpmark_phase_begin(steady);

	if (!strcmp(file, "mark"))
		/* Each mark is used once, so none is mistaken for another. */
		state->mark = (steady->number + 1) << 28 |
			      (atomic_load(&steady->there) + 1);
	else if (!strcmp(file, "control_ports"))
		state->control = state->control == 21 ? 2121 : 21;
	else if (!strcmp(file, "passive_ports"))
		state->passive_first =
			ftpmark_race_random(&steady->seed) % 2 ? 10000 : 15000;
	else if (!strcmp(file, "enabled"))
		state->enabled = !state->enabled;
	else
		state->second_vip = !state->second_vip;
	ftpmark_phase_begun(steady);
	ftpmark_steady_print(steady, file, state);
	ftpmark_phase_there(steady);
}

/* Changes all that matters to packets, and removes the service, as one. */
static void ftpmark_steady_transact(struct ftpmark_steady *steady)
{
	struct ftpmark_phase *state = ftpmark_phase_begin(steady);
	char name[16];

	snprintf(name, sizeof(name), "steady%u", steady->number);
	state->mark = (steady->number + 1) << 28 |
		      (atomic_load(&steady->there) + 1);
	state->control = state->control == 21 ? 2121 : 21;
	state->passive_first = state->passive_first == 10000 ? 15000 : 10000;
	state->second_vip = !state->second_vip;
	ftpmark_phase_begun(steady);

	ftpmark_race_enter();
	ftpmark_write_with(ftpmark_race_write_in, "transaction", "open");
	steady->transacts = true;
	ftpmark_write_with(ftpmark_race_write_in, "remove", name);
	ftpmark_steady_restore(steady, state);
	ftpmark_steady_print(steady, "enabled", state);
	steady->transacts = false;
	ftpmark_write_with(ftpmark_race_write_in, "transaction", "commit");
	ftpmark_race_leave();
	ftpmark_phase_there(steady);
}

/* Changes settings that do not matter to packets to the VIP. */
static void ftpmark_steady_disturb(struct ftpmark_steady *steady)
{
	static const char *const disturbance[][2] = {
		{ "active", "ipvs" }, { "active", "snat" },
		{ "active", "masquerade" }, { "active", "off" },
		{ "active_ports", "20" }, { "active_ports", "20 2120" },
		{ "notrack", "0" }, { "notrack", "1" },
		{ "on_marked", "keep" }, { "on_marked", "overwrite" },
		{ "real_servers", "" },
		{ "real_servers", "10.0.0.0/24 2001:db8:57::a00:0/120" },
	};
	unsigned int i = ftpmark_race_random(&steady->seed) %
			 ARRAY_SIZE(disturbance);

	ftpmark_steady_write(steady, disturbance[i][0], disturbance[i][1]);
}

void *ftpmark_steady_thread(void *argument)
{
	static const char *const file[] = {
		"mark", "mark", "mark", "control_ports", "passive_ports",
		"passive_ports", "vip", "enabled",
	};
	struct ftpmark_steady *steady = &ftpmark_steadies[*(unsigned int *)argument];

	while (!atomic_load(&ftpmark_race_stop)) {
		__u32 chance = ftpmark_race_random(&steady->seed) % 100;

		if (chance < 5)
			ftpmark_steady_renew(steady, ftpmark_load);
		else if (chance < 15)
			ftpmark_steady_transact(steady);
		else if (chance < 35)
			ftpmark_steady_disturb(steady);
		else
			ftpmark_steady_change(steady, file[chance % 8]);
	}
	return NULL;
}

void ftpmark_steady_start(unsigned int number, __u32 seed, const char *unload,
			  const char *load)
{
	struct ftpmark_steady *steady = &ftpmark_steadies[number];

	ftpmark_unload = unload;
	ftpmark_load = load;
	steady->number = number;
	steady->seed = seed;
	steady->state[0] = (struct ftpmark_phase) {
		.mark		= (number + 1) << 28,
		.control	= 21,
		.passive_first	= 10000,
		.passive_last	= 20000,
	};
	ftpmark_steady_restore(steady, &steady->state[0]);
}

static __u32 ftpmark_phase_mark(const struct ftpmark_phase *state,
				bool second, __u16 port)
{
	if (!state->enabled || (second && !state->second_vip))
		return 0;
	if (port == state->control ||
	    (port >= state->passive_first && port <= state->passive_last))
		return state->mark;
	return 0;
}

/* Whether @mark is that of state @since or of one that has begun since. */
bool ftpmark_steady_mark_is(unsigned int number, unsigned int since,
			    bool second, __u16 port, __u32 mark)
{
	struct ftpmark_steady *steady = &ftpmark_steadies[number];
	unsigned int end = atomic_load(&steady->begun);
	unsigned int at;

	for (at = since; (int)(end - at) >= 0; at++) {
		if (ftpmark_phase_mark(&steady->state[at % FTPMARK_STATES],
				       second, port) == mark)
			return true;
	}
	return false;
}

/* The last state that is known to be in force. */
unsigned int ftpmark_steady_there(unsigned int number)
{
	return atomic_load(&ftpmark_steadies[number].there);
}

unsigned long ftpmark_steady_reloads(void)
{
	return atomic_load(&ftpmark_reloads);
}
