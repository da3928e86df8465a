/*
 * kernel/base/image.h -- where the parts of the kernel's image are: linker.ld.
 */
#ifndef KERNEL_IMAGE_H
#define KERNEL_IMAGE_H

extern char kernel_start[], kernel_text_end[], kernel_readonly_end[],
    kernel_end[], kernel_stacks[];

#endif
