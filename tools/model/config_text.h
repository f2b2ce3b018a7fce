/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses the text of ftpmark.conf. No I/O. */
#ifndef FM_MODEL_CONFIG_TEXT_H
#define FM_MODEL_CONFIG_TEXT_H

#include "model/config.h"

/**
 * struct fm_config_fault - what is wrong with a file
 * @line: the line at fault, 0 if out of memory
 * @word: the word at fault, cut if it is long
 * @why: what is wrong with it
 */
struct fm_config_fault {
	unsigned int line;
	char word[64];
	char why[128];
};

bool fm_config_parse(char *text, size_t size, struct fm_config *config,
		     struct fm_config_fault *fault);

#endif /* FM_MODEL_CONFIG_TEXT_H */
