/*
 * kernel/base/image.h -- where the parts of the kernel's image begin and end,
 * as linker.ld lays them out.
 */
#ifndef KERNEL_IMAGE_H
#define KERNEL_IMAGE_H

extern char kernel_start[], kernel_text_end[], kernel_readonly_end[],
    kernel_end[], kernel_stacks[];

#endif
