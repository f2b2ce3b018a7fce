// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs of every class that the detectors are for. selftests/judge/seeded links
 * this file into a module of its own and triggers each bug by writing its name to
 * the parameter "seed". Nothing that is installed contains it.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <net/net_namespace.h>

static int ftpmark_seed_none(void)
{
	return 0;
}

static int ftpmark_seed_use_after_free(void)
{
	u32 *object = kmalloc(sizeof(*object) * 4, GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	kfree(object);
	/* It only reads: a write would destroy what KASAN keeps there. */
	return READ_ONCE(object[1]) & 0;
}

static int ftpmark_seed_double_free(void)
{
	void *object = kmalloc(64, GFP_KERNEL);
	void *again = object;

	OPTIMIZER_HIDE_VAR(again);
	kfree(object);
	kfree(again);
	return 0;
}

static int ftpmark_seed_out_of_bounds(void)
{
	size_t size = 24;
	u8 *object;

	OPTIMIZER_HIDE_VAR(size);
	object = kmalloc(size, GFP_KERNEL);
	if (!object)
		return -ENOMEM;
	WRITE_ONCE(object[size], 1);
	kfree(object);
	return 0;
}

static int ftpmark_seed_stack_out_of_bounds(void)
{
	u32 array[4] = {};
	u32 *begin = array;
	size_t i = ARRAY_SIZE(array);

	OPTIMIZER_HIDE_VAR(i);
	OPTIMIZER_HIDE_VAR(begin);
	return READ_ONCE(begin[i]) & 0;
}

static int ftpmark_seed_shift(void)
{
	int bits = 40;

	OPTIMIZER_HIDE_VAR(bits);
	return (1 << bits) & 0;
}

static int ftpmark_seed_leak(void)
{
	void *object = kmalloc(200, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(object);
	return object ? 0 : -ENOMEM;
}

static DEFINE_MUTEX(ftpmark_seed_a);
static DEFINE_MUTEX(ftpmark_seed_b);

/* This does not deadlock, but the second order contradicts the first. */
static int ftpmark_seed_lock_inversion(void)
{
	mutex_lock(&ftpmark_seed_a);
	mutex_lock(&ftpmark_seed_b);
	mutex_unlock(&ftpmark_seed_b);
	mutex_unlock(&ftpmark_seed_a);

	mutex_lock(&ftpmark_seed_b);
	mutex_lock(&ftpmark_seed_a);
	mutex_unlock(&ftpmark_seed_a);
	mutex_unlock(&ftpmark_seed_b);
	return 0;
}

static DEFINE_SPINLOCK(ftpmark_seed_lock);

static void ftpmark_seed_timer_fn(struct timer_list *timer)
{
	spin_lock(&ftpmark_seed_lock);
	spin_unlock(&ftpmark_seed_lock);
}

static DEFINE_TIMER(ftpmark_seed_timer, ftpmark_seed_timer_fn);

/* A softirq takes it, too, so process context has to disable softirqs. */
static int ftpmark_seed_irq_unsafe_lock(void)
{
	mod_timer(&ftpmark_seed_timer, jiffies + 1);
	/* Waits until the softirq has run. */
	while (timer_pending(&ftpmark_seed_timer))
		cond_resched();
	del_timer_sync(&ftpmark_seed_timer);
	spin_lock(&ftpmark_seed_lock);
	spin_unlock(&ftpmark_seed_lock);
	return 0;
}

static int ftpmark_seed_lock_kept(void)
{
	mutex_lock(&ftpmark_seed_a);
	return 0;
}

static int ftpmark_seed_sleep_in_atomic(void)
{
	spin_lock_bh(&ftpmark_seed_lock);
	kvfree(kvmalloc(64, GFP_KERNEL));
	spin_unlock_bh(&ftpmark_seed_lock);
	return 0;
}

static u32 ftpmark_seed_value;
static u32 __rcu *ftpmark_seed_pointer =
	(u32 __rcu *)&ftpmark_seed_value;

/* What it points to may be freed at any time. */
static int ftpmark_seed_rcu_unprotected(void)
{
	const u32 *value = rcu_dereference(ftpmark_seed_pointer);

	return *value & 0;
}

static int ftpmark_seed_rcu_sleep(void)
{
	rcu_read_lock();
	mutex_lock(&ftpmark_seed_a);
	mutex_unlock(&ftpmark_seed_a);
	rcu_read_unlock();
	return 0;
}

struct ftpmark_seed_object {
	struct rcu_head rcu;
	struct list_head list;
	struct timer_list timer;
};

static void ftpmark_seed_rcu_fn(struct rcu_head *rcu)
{
}

static int ftpmark_seed_rcu_twice(void)
{
	struct ftpmark_seed_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	call_rcu(&object->rcu, ftpmark_seed_rcu_fn);
	call_rcu(&object->rcu, ftpmark_seed_rcu_fn);
	return 0;
}

static int ftpmark_seed_timer_freed(void)
{
	struct ftpmark_seed_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	timer_setup(&object->timer, ftpmark_seed_timer_fn, 0);
	mod_timer(&object->timer, jiffies + 100 * HZ);
	kfree(object);
	return 0;
}

static int ftpmark_seed_list_twice(void)
{
	static struct ftpmark_seed_object object;
	static LIST_HEAD(list);

	list_add(&object.list, &list);
	list_add(&object.list, &list);
	return 0;
}

static int ftpmark_seed_refcount(void)
{
	static refcount_t count = REFCOUNT_INIT(1);

	return refcount_dec_and_test(&count) && refcount_dec_and_test(&count);
}

/* The device's removal then waits for ever. */
static int ftpmark_seed_device_kept(void)
{
	return dev_get_by_name(&init_net, "seeded") ? 0 : -ENODEV;
}

/* Two objects with one name in one directory. */
static int ftpmark_seed_name_twice(void)
{
	struct kobject *first = kobject_create_and_add("seeded", NULL);
	struct kobject *second = kobject_create_and_add("seeded", NULL);

	kobject_put(second);
	kobject_put(first);
	return 0;
}

static u32 ftpmark_seed_counter;

static int ftpmark_seed_data_race_thread(void *done)
{
	unsigned int i;

	for (i = 0; i < 200000; i++) {
		ftpmark_seed_counter++;
		barrier();
		if (!(i % 1024))
			cond_resched();
	}
	complete(done);
	return 0;
}

static unsigned int ftpmark_seed_sum;
static bool ftpmark_seed_half_seen_ends;

/* KCSAN does not see assembly either, as of per-CPU counters. */
static int __no_kcsan ftpmark_seed_unseen_thread(void *done)
{
	while (!READ_ONCE(ftpmark_seed_half_seen_ends)) {
		ftpmark_seed_counter++;
		barrier();
		cond_resched();
	}
	complete(done);
	return 0;
}

/* Runs it on two CPUs and waits for both. */
static int ftpmark_seed_race(int (*one)(void *done), int (*other)(void *done))
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *task;
	unsigned int cpu;

	for (cpu = 0; cpu < 2; cpu++) {
		task = kthread_create(cpu ? other : one, &done, "racer/%u",
				      cpu);
		if (IS_ERR(task))
			return PTR_ERR(task);
		kthread_bind(task, cpu);
		wake_up_process(task);
	}
	wait_for_completion(&done);
	wait_for_completion(&done);
	return 0;
}

static int ftpmark_seed_data_race(void)
{
	return ftpmark_seed_race(ftpmark_seed_data_race_thread,
				 ftpmark_seed_data_race_thread);
}

static int ftpmark_seed_half_seen_race_thread(void *done)
{
	unsigned int i, sum = 0;

	for (i = 0; i < 2000000; i++) {
		sum += ftpmark_seed_counter;
		barrier();
		if (!(i % 1024))
			cond_resched();
	}
	WRITE_ONCE(ftpmark_seed_sum, sum);
	WRITE_ONCE(ftpmark_seed_half_seen_ends, true);
	complete(done);
	return 0;
}

static int ftpmark_seed_half_seen_race(void)
{
	return ftpmark_seed_race(ftpmark_seed_half_seen_race_thread,
				 ftpmark_seed_unseen_thread);
}

static const struct ftpmark_seed {
	const char *name;
	int (*commit)(void);
} ftpmark_seeds[] = {
	{ "none", ftpmark_seed_none },
	{ "data_race", ftpmark_seed_data_race },
	{ "device_kept", ftpmark_seed_device_kept },
	{ "double_free", ftpmark_seed_double_free },
	{ "half_seen_race", ftpmark_seed_half_seen_race },
	{ "irq_unsafe_lock", ftpmark_seed_irq_unsafe_lock },
	{ "leak", ftpmark_seed_leak },
	{ "list_twice", ftpmark_seed_list_twice },
	{ "lock_inversion", ftpmark_seed_lock_inversion },
	{ "lock_kept", ftpmark_seed_lock_kept },
	{ "name_twice", ftpmark_seed_name_twice },
	{ "out_of_bounds", ftpmark_seed_out_of_bounds },
	{ "rcu_sleep", ftpmark_seed_rcu_sleep },
	{ "rcu_twice", ftpmark_seed_rcu_twice },
	{ "rcu_unprotected", ftpmark_seed_rcu_unprotected },
	{ "refcount", ftpmark_seed_refcount },
	{ "shift", ftpmark_seed_shift },
	{ "sleep_in_atomic", ftpmark_seed_sleep_in_atomic },
	{ "stack_out_of_bounds", ftpmark_seed_stack_out_of_bounds },
	{ "timer_freed", ftpmark_seed_timer_freed },
	{ "use_after_free", ftpmark_seed_use_after_free },
};

static int ftpmark_seed_set(const char *text, const struct kernel_param *param)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ftpmark_seeds); i++) {
		if (sysfs_streq(text, ftpmark_seeds[i].name))
			return ftpmark_seeds[i].commit();
	}
	return -ENOENT;
}

static const struct kernel_param_ops ftpmark_seed_ops = {
	.set = ftpmark_seed_set,
};

module_param_cb(seed, &ftpmark_seed_ops, NULL, 0200);
MODULE_PARM_DESC(seed, "the bug to commit now");
